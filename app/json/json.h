// JSON as this program writes and reads it. The library that parses takes seconds to compile and is
// known to parse.cc alone.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"

namespace isboot::app {

// One value. An object keeps the order of its members, because people read it too.
class Json {
public:
  using Member = std::pair<std::string, Json>;

  Json() = default;  // null
  template <std::same_as<bool> Bool>
  Json(Bool value) : kind_{Kind::Boolean}, number_{value} {}  // NOLINT(google-explicit-constructor)
  // Never below zero: nothing that this program writes is.
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) Json(Integer value)  // NOLINT(google-explicit-constructor)
      : kind_{Kind::Number}, number_{static_cast<std::uint64_t>(value)} {}
  Json(std::string text);                      // NOLINT(google-explicit-constructor)
  Json(const char* text);                      // NOLINT(google-explicit-constructor)
  Json(Text text);                             // NOLINT(google-explicit-constructor)
  Json(const std::vector<std::string>& list);  // NOLINT(google-explicit-constructor)

  Json(const Json&) = default;
  Json(Json&& other) noexcept;
  Json& operator=(const Json&) = default;
  Json& operator=(Json&& other) noexcept;
  ~Json() = default;

  static Json list();
  static Json object(std::initializer_list<Member> members = {});
  // A number that is no whole one, or below zero, as it is written.
  static Json other_number(std::string digits);

  bool is_null() const { return kind_ == Kind::Null; }
  bool is_boolean() const { return kind_ == Kind::Boolean; }
  bool is_number() const { return kind_ == Kind::Number; }  // whole, from 0 to 2^64 - 1
  bool is_text() const { return kind_ == Kind::Text; }
  bool is_list() const { return kind_ == Kind::List; }
  bool is_object() const { return kind_ == Kind::Object; }

  // The value of one of these kinds; false, 0 or empty for a value of another kind.
  bool boolean() const { return is_boolean() && number_ != 0; }
  std::uint64_t number() const { return is_number() ? number_ : 0; }
  const std::string& text() const;

  // Items of a list, values of an object; none for another kind.
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  const Json& operator[](std::size_t item) const { return items_[item]; }
  Json& back() { return items_.back(); }
  const Json& back() const { return items_.back(); }
  // The value becomes a list, if it is none.
  void push_back(Json item);
  void pop_back() { items_.pop_back(); }

  // The names of an object's members, in the order of their values.
  const std::vector<std::string>& names() const { return names_; }
  // Null when there is no such member.
  const Json* find(Text name) const;
  const Json& operator[](const char* name) const;
  // The member, which is made when there is none; the value becomes an object, if it is none.
  Json& operator[](const char* name);

  // As text: on one line, or each value on a line of its own, `indent` spaces deeper than what
  // holds it. Bytes that are not UTF-8 become U+FFFD.
  std::string dump(std::optional<unsigned> indent = std::nullopt) const;

  // Overwrites every text: secrets were among them.
  void wipe();

  friend bool operator==(const Json&, const Json&) = default;

private:
  enum class Kind : std::uint8_t { Null, Boolean, Number, OtherNumber, Text, List, Object };

  void wipe_text();
  void write(std::string& out, std::optional<unsigned> indent, std::size_t depth) const;
  void write_items(std::string& out, std::optional<unsigned> indent, std::size_t depth) const;

  Kind kind_ = Kind::Null;
  std::uint64_t number_ = 0;
  std::string text_;
  std::vector<std::string> names_;  // of an object
  std::vector<Json> items_;
};

// Nothing when it is no JSON, or nested deeper than anything that this program reads.
std::optional<Json> parse_json(Text text);

}  // namespace isboot::app
