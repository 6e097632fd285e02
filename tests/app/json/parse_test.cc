#include <gtest/gtest.h>

#include "app/json/json.h"

namespace isboot::app::test {
namespace {

TEST(ParseJson, ReadsEveryKindOfValue) {
  const auto json = parse_json(
      R"( {"text": "a", "number": 18446744073709551615, "yes": true, "no": false,
           "nothing": null, "list": ["b", []], "object": {"z": 1, "a": {}}} )");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->dump(), R"({"text":"a","number":18446744073709551615,"yes":true,"no":false,)"
                          R"("nothing":null,"list":["b",[]],"object":{"z":1,"a":{}}})");
  EXPECT_TRUE((*json)["text"].is_text());
  EXPECT_TRUE((*json)["number"].is_number());
  EXPECT_TRUE((*json)["no"].is_boolean());
  EXPECT_TRUE((*json)["nothing"].is_null());
  EXPECT_TRUE((*json)["list"].is_list());
  EXPECT_TRUE((*json)["object"].is_object());
}

TEST(ParseJson, ReadsBackWhatWasWritten) {
  const Json written = Json::object({{"list", std::vector<std::string>{"a", "b"}},
                                     {"none", Json::list()},
                                     {"number", std::uint64_t{18446744073709551615U}}});
  for (const auto indent : {std::optional<unsigned>{}, std::optional<unsigned>{2}}) {
    const auto again = parse_json(written.dump(indent));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, written);
  }
  const auto text = parse_json(R"("\" \\ \b\n \u00e4 \u0001")");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->text(), "\" \\ \b\n \xc3\xa4 \x01");
}

TEST(ParseJson, TellsWholeNumbersFromOthers) {
  for (const char* other : {"-1", "1.5", "1e3", "18446744073709551616"}) {
    SCOPED_TRACE(other);
    const auto number = parse_json(other);
    ASSERT_TRUE(number);
    EXPECT_FALSE(number->is_number());
    EXPECT_EQ(number->number(), 0U);
  }
  EXPECT_EQ(parse_json("-1")->dump(), "-1");
}

TEST(ParseJson, GivesNothingForWhatIsNone) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,}", "nul", "\"", "01", "\"\xff\"", "1 2"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_json(text));
  }
}

// What is nested deeper would be destroyed by as many calls inside each other.
TEST(ParseJson, GivesNothingForWhatIsTooDeep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_FALSE(parse_json(nested(33)));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(ParseJson, TakesTheLastOfTwoMembersOfOneName) {
  const auto json = parse_json(R"({"a":1,"b":2,"a":3})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->dump(), R"({"a":3,"b":2})");
}

}  // namespace
}  // namespace isboot::app::test
