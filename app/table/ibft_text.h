// How values of the table are written in JSON and on the page, and read back from JSON.
#pragma once

#include <optional>
#include <string>

#include "core/ibft/table.h"

namespace isboot::app {

// Bytes that are no UTF-8 become \xNN, and so does a backslash that would otherwise look
// like the start of one: unescaped() gives the very bytes back.
std::string escaped(Text text);
std::string unescaped(Text text);

// As escaped(), and control characters too: safe on a terminal.
std::string printable(Text text);

// "dhcp", "unknown(7)". Nothing for a text that is no such name.
std::string origin_name(ibft::Origin origin);
std::optional<ibft::Origin> parse_origin(Text name);
std::string chap_name(ibft::ChapType chap);
std::optional<ibft::ChapType> parse_chap(Text name);

// "0a1b". Nothing for an odd number of digits or another character.
std::string hex_text(Bytes bytes);
std::optional<std::string> parse_hex(Text text);

}  // namespace isboot::app
