#include <nlohmann/json.hpp>

#include "app/json/json.h"

namespace isboot::app {
namespace {

// A value is destroyed, and written, by functions that call themselves for what is in it.
constexpr std::size_t kDeepest = 32;

// What the library tells while it reads: makes the values that it tells of.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
  Json take() { return std::move(root_); }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_integer(number_integer_t value) override {
    return add(Json::other_number(std::to_string(value)));
  }
  bool number_float(number_float_t, const string_t& digits) override {
    return add(Json::other_number(digits));
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool key(string_t& name) override {
    name_ = name;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::list()); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

private:
  // Where the next value goes. Of members of the same name the last one counts.
  Json& place() {
    if (open_.empty()) return root_;
    Json& outer = *open_.back();
    if (outer.is_object()) return outer[name_.c_str()];
    outer.push_back({});
    return outer.back();
  }
  bool add(Json value) {
    place() = std::move(value);
    return true;
  }
  bool open(Json value) {
    if (open_.size() == kDeepest) return false;
    Json& at = place();
    at = std::move(value);
    // Stays where it is until it is closed: nothing is added to what holds it before that.
    open_.push_back(&at);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  Json root_;
  std::vector<Json*> open_;
  std::string name_;
};

}  // namespace

std::optional<Json> parse_json(Text text) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return builder.take();
}

}  // namespace isboot::app
