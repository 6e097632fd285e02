#include "app/json/json.h"

#include <gtest/gtest.h>

namespace isboot::app::test {
namespace {

Json example() {
  Json json;
  json["text"] = "a";
  json["number"] = std::uint64_t{18446744073709551615U};
  json["yes"] = true;
  json["nothing"] = Json{};
  json["list"] = std::vector<std::string>{"b", "c"};
  json["none"] = Json::list();
  json["object"] = Json::object({{"z", 1}, {"a", 2}});
  return json;
}

TEST(Json, IsWrittenOnOneLine) {
  EXPECT_EQ(example().dump(),
            R"({"text":"a","number":18446744073709551615,"yes":true,"nothing":null,)"
            R"("list":["b","c"],"none":[],"object":{"z":1,"a":2}})");
}

TEST(Json, IsWrittenForPeople) {
  const Json json = Json::object({{"list", std::vector<std::string>{"a", "b"}},
                                  {"none", Json::list()},
                                  {"nothing", Json::object()}});
  EXPECT_EQ(json.dump(1),
            "{\n \"list\": [\n  \"a\",\n  \"b\"\n ],\n \"none\": [],\n \"nothing\": {}\n}");
}

TEST(Json, EscapesWhatATextMustNotHold) {
  EXPECT_EQ(Json("\" \\ \b\f\n\r\t \x01\x1f / \x7f").dump(),
            "\"\\\" \\\\ \\b\\f\\n\\r\\t \\u0001\\u001f / \x7f\"");
  EXPECT_EQ(Json("\xc3\xa4 \xff").dump(), "\"\xc3\xa4 \xef\xbf\xbd\"");
}

TEST(Json, IsReadBackAsItWasWritten) {
  for (const auto indent : {std::optional<unsigned>{}, std::optional<unsigned>{2}}) {
    const auto again = parse_json(example().dump(indent));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, example());
  }
  const auto text = parse_json(R"("\" \\ \b\n \u00e4 \u0001")");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->text(), "\" \\ \b\n \xc3\xa4 \x01");
}

TEST(Json, TellsWholeNumbersFromOthers) {
  for (const char* other : {"-1", "1.5", "1e3", "18446744073709551616"}) {
    SCOPED_TRACE(other);
    const auto number = parse_json(other);
    ASSERT_TRUE(number);
    EXPECT_FALSE(number->is_number());
    EXPECT_EQ(number->number(), 0U);
  }
  EXPECT_EQ(parse_json("-1")->dump(), "-1");
}

TEST(Json, IsNotReadWhenItIsNone) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,}", "nul", "\"", "01", "\"\xff\"", "1 2"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_json(text));
  }
}

// What is nested deeper would be destroyed by as many calls inside each other.
TEST(Json, IsNotReadWhenItIsTooDeep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_FALSE(parse_json(nested(33)));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(Json, TheLastOfTwoMembersOfOneNameCounts) {
  const auto json = parse_json(R"({"a":1,"b":2,"a":3})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->dump(), R"({"a":3,"b":2})");
}

TEST(Json, AValueOfAnotherKindIsEmpty) {
  const Json json = example();
  EXPECT_EQ(json["text"].number(), 0U);
  EXPECT_FALSE(json["text"].boolean());
  EXPECT_EQ(json["number"].text(), "");
  EXPECT_TRUE(json["missing"].is_null());
  EXPECT_EQ(json.find("missing"), nullptr);
  EXPECT_TRUE(json["text"]["deeper"].is_null());
  EXPECT_EQ(json["number"].begin(), json["number"].end());
}

TEST(Json, IsWiped) {
  auto json = parse_json(R"({"a": ["secret"], "b": {"c": "secret"}, "d": 1})");
  ASSERT_TRUE(json);
  json->wipe();
  EXPECT_EQ(json->dump().find("secret"), std::string::npos);
}

// A short text lives inside the value itself, and moving it would leave a copy behind.
TEST(Json, LeavesNoCopyWhereItWasMovedFrom) {
  alignas(Json) unsigned char memory[sizeof(Json)];
  Json* const from = new (memory) Json("secret");
  const Json to{std::move(*from)};
  const Text left{reinterpret_cast<const char*>(memory), sizeof memory};
  EXPECT_EQ(left.find("secret"), Text::npos);
  EXPECT_EQ(to.text(), "secret");
  from->~Json();
}

}  // namespace
}  // namespace isboot::app::test
