#include "app/json/json.h"

#include <algorithm>

#include "core/base/secret.h"
#include "core/base/utf8.h"

namespace isboot::app {
namespace {

// What follows the backslash; 0 when the byte is written in another way (RFC 8259 section 7).
char short_escape(char byte) {
  switch (byte) {
    case '"':
    case '\\':
      return byte;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

void write_text(std::string& out, Text text) {
  constexpr const char* kHexDigits = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const std::size_t size = utf8_character(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (size == 0)
      out += "\xef\xbf\xbd";  // U+FFFD
    else if (const char letter = short_escape(text[0]); letter != 0)
      (out += '\\') += letter;
    else if (byte < 0x20)
      ((out += "\\u00") += kHexDigits[byte >> 4]) += kHexDigits[byte & 15];
    else
      out += part_of(text, 0, size);
    text = part_of(text, size == 0 ? 1 : size);
  }
  out += '"';
}

}  // namespace

Json::Json(std::string text) : kind_{Kind::Text}, text_{std::move(text)} {}
Json::Json(const char* text) : kind_{Kind::Text}, text_{text} {}
Json::Json(Text text) : kind_{Kind::Text}, text_{text} {}
Json::Json(const std::vector<std::string>& list)
    : kind_{Kind::List}, items_{list.begin(), list.end()} {}

// A short text is copied when it is moved, and may be a secret.
Json::Json(Json&& other) noexcept
    : kind_{other.kind_},
      number_{other.number_},
      text_{std::move(other.text_)},
      names_{std::move(other.names_)},
      items_{std::move(other.items_)} {
  other.text_.assign(other.text_.capacity(), '\0');
  other.wipe_text();
}

Json& Json::operator=(Json&& other) noexcept {
  kind_ = other.kind_;
  number_ = other.number_;
  text_.swap(other.text_);
  names_.swap(other.names_);
  items_.swap(other.items_);
  return *this;
}

Json Json::list() {
  Json list;
  list.kind_ = Kind::List;
  return list;
}

Json Json::object(std::initializer_list<Member> members) {
  Json object;
  object.kind_ = Kind::Object;
  for (const auto& [name, value] : members) object[name.c_str()] = value;
  return object;
}

Json Json::other_number(std::string digits) {
  Json number{std::move(digits)};
  number.kind_ = Kind::OtherNumber;
  return number;
}

const std::string& Json::text() const {
  static const std::string kNone;
  return is_text() ? text_ : kNone;
}

void Json::push_back(Json item) {
  if (!is_list()) *this = list();
  items_.push_back(std::move(item));
}

const Json* Json::find(Text name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? nullptr
                               : &items_[static_cast<std::size_t>(found - names_.begin())];
}

const Json& Json::operator[](const char* name) const {
  static const Json kNull;
  const Json* const found = find(name);
  return found == nullptr ? kNull : *found;
}

Json& Json::operator[](const char* name) {
  if (!is_object()) *this = object();
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end()) return items_[static_cast<std::size_t>(found - names_.begin())];
  names_.emplace_back(name);
  return items_.emplace_back();
}

void Json::write_items(std::string& out, std::optional<unsigned> indent, std::size_t depth) const {
  const auto new_line = [&](std::size_t at) {
    if (indent) (out += '\n').append(at * *indent, ' ');
  };
  out += is_list() ? '[' : '{';
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (i != 0) out += ',';
    new_line(depth + 1);
    if (is_object()) {
      write_text(out, names_[i]);
      out += indent ? ": " : ":";
    }
    items_[i].write(out, indent, depth + 1);
  }
  if (!items_.empty()) new_line(depth);
  out += is_list() ? ']' : '}';
}

void Json::write(std::string& out, std::optional<unsigned> indent, std::size_t depth) const {
  switch (kind_) {
    case Kind::Null:
      out += "null";
      break;
    case Kind::Boolean:
      out += boolean() ? "true" : "false";
      break;
    case Kind::Number:
      out += std::to_string(number_);
      break;
    case Kind::OtherNumber:
      out += text_;
      break;
    case Kind::Text:
      write_text(out, text_);
      break;
    case Kind::List:
    case Kind::Object:
      write_items(out, indent, depth);
      break;
  }
}

std::string Json::dump(std::optional<unsigned> indent) const {
  std::string out;
  write(out, indent, 0);
  return out;
}

void Json::wipe_text() {
  isboot::wipe({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()});
}

void Json::wipe() {
  wipe_text();
  for (Json& item : items_) item.wipe();
}

}  // namespace isboot::app
