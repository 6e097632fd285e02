#include "app/keeper/short_status.h"

namespace isboot::app {
namespace {

// Reads the one form that the keeper writes: objects, lists, texts, whole numbers and null, with
// nothing between them.
class Scanner {
public:
  explicit Scanner(Text json) : rest_{json} {}

  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_ = part_of(rest_, 1);
    return true;
  }

  // As it is written, escapes too; a text's quotes are not part of it. Empty for null.
  std::optional<Text> value() {
    if (rest_.empty()) return std::nullopt;
    if (take('"')) return until_quote();
    const bool nested = rest_[0] == '[' || rest_[0] == '{';
    const Text whole = nested ? skip_nested() : until_separator();
    return whole == "null" ? Text{} : whole;
  }

private:
  std::optional<Text> until_quote() {
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '\\')
        ++i;
      else if (rest_[i] == '"')
        return cut(i, i + 1);
    }
    return std::nullopt;
  }

  Text until_separator() {
    std::size_t i = 0;
    while (i < rest_.size() && rest_[i] != ',' && rest_[i] != '}' && rest_[i] != ']') ++i;
    return cut(i, i);
  }

  Text skip_nested() {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quoted && c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == '[' || c == '{')) {
        ++depth;
      } else if (!quoted && (c == ']' || c == '}') && --depth == 0) {
        return cut(i + 1, i + 1);
      }
    }
    return cut(rest_.size(), rest_.size());
  }

  Text cut(std::size_t size, std::size_t next) {
    const Text taken = part_of(rest_, 0, size);
    rest_ = part_of(rest_, next);
    return taken;
  }

  Text rest_;
};

struct Session {
  Text number, disk, state, seconds, portal, recoveries, last_error;

  Text* member(Text name) {
    struct {
      Text name;
      Text* place;
    } const places[] = {{"session", &number},       {"disk", &disk},
                        {"state", &state},          {"state_seconds", &seconds},
                        {"portal", &portal},        {"recoveries", &recoveries},
                        {"last_error", &last_error}};
    for (const auto& each : places)
      if (each.name == name) return each.place;
    return nullptr;
  }
};

// After its "{".
bool read_session(Scanner& in, Session& session) {
  do {
    const auto name = in.value();
    if (!name || !in.take(':')) return false;
    const auto value = in.value();
    if (!value) return false;
    if (Text* place = session.member(*name)) *place = *value;
  } while (in.take(','));
  return in.take('}');
}

void append(std::string& text, const char* before, Text value) {
  text += before;
  text += value.empty() ? Text{"-"} : value;
}

}  // namespace

std::optional<ShortStatus> short_status(Text json) {
  Scanner in{json};
  const bool begun = in.take('{') && in.value() == Text{"sessions"} && in.take(':') && in.take('[');
  if (!begun) return std::nullopt;
  ShortStatus status;
  while (in.take('{')) {
    Session session;
    if (!read_session(in, session)) return std::nullopt;
    append(status.text, "session ", session.number);
    append(status.text, "  ", session.disk);
    append(status.text, "  ", session.state);
    append(status.text, " for ", session.seconds);
    append(status.text, " s  ", session.portal);
    append(status.text, "  recoveries ", session.recoveries);
    if (!session.last_error.empty()) append(status.text, "  last error: ", session.last_error);
    status.text += '\n';
    ++status.sessions;
    if (session.state != "carried") status.all_carried = false;
    (void)in.take(',');
  }
  if (!in.take(']')) return std::nullopt;
  return status;
}

}  // namespace isboot::app
