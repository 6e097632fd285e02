#include "testing/fake_disk.h"

#include <algorithm>
#include <string>

namespace isboot::testing {
namespace {

constexpr std::size_t kBlock = 512;

void put(std::vector<std::uint8_t>& to, std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    to[at + i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
}
std::uint64_t get(Bytes from, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | from[at + i];
  return value;
}
std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

using namespace std::string_literals;

}  // namespace

Result<Done> FakeDisk::connect(const Portal&, Via, Millis) {
  if (!listens) return Error{Errc::TimedOut, 0, "nobody listens"};
  target_ = ScriptedTarget{login};
  return Done{};
}

Result<std::size_t> FakeDisk::receive(MutableBytes out, Millis) {
  if (incoming_.empty()) return Error{Errc::Closed, 0, "the target hung up"};
  const std::size_t count = std::min(out.size(), incoming_.size());
  std::copy_n(incoming_.begin(), count, out.begin());
  incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

Result<Done> FakeDisk::send(Bytes data, Millis) {
  switch (data[0] & 0x3f) {
    case 0x03: {
      const auto answer = target_.respond(data);
      incoming_.insert(incoming_.end(), answer.begin(), answer.end());
      stat_sn_ = target_.stat_sn;
      break;
    }
    case 0x01:
      command(data);
      break;
    case 0x04:
      reply(0x24, 0x80, data, 0, bytes_of(discovery));
      break;
    case 0x06:
      logged_out_ = true;
      reply(0x26, 0x80, data, 0, {});
      break;
    default:
      break;
  }
  return Done{};
}

void FakeDisk::reply(std::uint8_t opcode, std::uint8_t flags, Bytes request, std::uint8_t status,
                     Bytes data, std::uint8_t response) {
  std::vector<std::uint8_t> pdu(48);
  pdu[0] = opcode;
  pdu[1] = flags;
  pdu[2] = response;
  pdu[3] = status;
  put(pdu, 4, data.size(), 4);
  std::copy_n(request.begin() + 16, 4, pdu.begin() + 16);
  put(pdu, 20, 0xffffffff, 4);
  put(pdu, 24, stat_sn_++, 4);
  pdu.insert(pdu.end(), data.begin(), data.end());
  pdu.resize((pdu.size() + 3) & ~std::size_t{3});
  incoming_.insert(incoming_.end(), pdu.begin(), pdu.end());
}

void FakeDisk::command(Bytes header) {
  const Bytes cdb = header.subspan(32, 16);
  commands_.push_back(cdb[0]);
  std::vector<std::uint8_t> bad = {0, static_cast<std::uint8_t>(sense.size())};
  bad.insert(bad.end(), sense.begin(), sense.end());
  if (busy > 0) {
    --busy;
    return reply(0x21, 0x80, header, 8, {});
  }
  if (not_carried_out > 0) {
    --not_carried_out;
    return reply(0x21, 0x80, header, 0, {}, 1);
  }
  if (attentions > 0) {
    --attentions;
    bad[4] = 6;
    return reply(0x21, 0x80, header, 2, bad);
  }
  if (std::ranges::find(absent, cdb[0]) != absent.end()) {
    bad[4] = 5;
    bad[14] = 0x20;
    return reply(0x21, 0x80, header, 2, bad);
  }
  if (starts && cdb[0] == 0x1b) broken.clear();
  if (std::ranges::find(broken, cdb[0]) != broken.end())
    return reply(0x21, 0x80, header, broken_status, bad, broken_response);
  std::vector<std::uint8_t> data = data_of(cdb, static_cast<std::uint16_t>(get(header, 8, 2)));
  const std::size_t wanted = get(header, 20, 4);
  if (data.size() > wanted) data.resize(wanted);
  if (data.empty()) return reply(0x21, 0x80, header, 0, {});
  reply(0x25, 0x81, header, 0, data);
}

std::vector<std::uint8_t> FakeDisk::data_of(Bytes cdb, std::uint16_t lun) const {
  switch (cdb[0]) {
    case 0x12: {
      if (cdb[1] == 1 && cdb[2] == 0x80) return bytes_of("\0\x80\0\6SERIAL"s);
      if (cdb[1] == 1) return bytes_of("\0\x83\0\x0c\1\3\0\x08\x60\1\2\3\4\5\6\7"s);
      const std::string there = luns.contains(lun) ? "\0"s : "\x7f"s;
      return bytes_of(there + '\0' + static_cast<char>(version) +
                      "\2\x1f\0\0\0ACME    DISK            1.0 "s);
    }
    case 0xa0: {
      std::vector<std::uint8_t> list(8 + 8 * luns.size());
      put(list, 0, 8 * luns.size(), 4);
      std::size_t at = 8;
      for (const std::uint16_t number : luns) {
        put(list, at, number, 2);
        at += 8;
      }
      return list;
    }
    case 0x1a:
      return {3, 0, static_cast<std::uint8_t>(write_protected ? 0x80 : 0), 0};
    case 0x9e: {
      std::vector<std::uint8_t> capacity(32);
      put(capacity, 0, image.size() / kBlock - 1, 8);
      put(capacity, 8, kBlock, 4);
      return capacity;
    }
    case 0x25: {
      std::vector<std::uint8_t> capacity(8);
      put(capacity, 0, image.size() / kBlock - 1, 4);
      put(capacity, 4, kBlock, 4);
      return capacity;
    }
    case 0x28: {
      const std::size_t start = get(cdb, 2, 4) * kBlock;
      const std::size_t size = get(cdb, 7, 2) * kBlock;
      return {image.begin() + static_cast<std::ptrdiff_t>(start),
              image.begin() + static_cast<std::ptrdiff_t>(start + size)};
    }
    case 0x88: {
      const std::size_t start = get(cdb, 2, 8) * kBlock;
      const std::size_t size = get(cdb, 10, 4) * kBlock;
      return {image.begin() + static_cast<std::ptrdiff_t>(start),
              image.begin() + static_cast<std::ptrdiff_t>(start + size)};
    }
    default:
      return {};
  }
}

}  // namespace isboot::testing
