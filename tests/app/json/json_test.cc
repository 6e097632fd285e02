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
