#include "tests/freebsd/fake_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace isboot::freebsd::test {
namespace {

FakeKernel* current = nullptr;

// As long as the module's: what one test left there is wiped for the next.
std::map<std::string, char*> sysctls;

template <std::size_t size>
void put(const std::string& text, char (&out)[size]) {
  std::snprintf(out, size, "%s", text.c_str());
}

}  // namespace

FakeKernel::FakeKernel() {
  current = this;
  for (const auto& [name, value] : sysctls) value[0] = 0;
}
FakeKernel::~FakeKernel() { current = nullptr; }

FakeKernel& kernel() { return *current; }

std::map<std::string, std::string> FakeKernel::shown() const {
  return {sysctls.begin(), sysctls.end()};
}

void FakeKernel::add_sysctl(const std::string& name, char* value) {
  if (!sysctls.emplace(name, value).second) twice.push_back(name);
}

int FakeKernel::answer(const std::string& name) {
  calls.push_back(name);
  if (before) before(name);
  auto& queue = fails[name];
  if (queue.empty()) return 0;
  const int error = queue.front();
  queue.pop_front();
  return error;
}

bool FakeKernel::says(const std::string& text) const {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

FakeSession* FakeKernel::find(std::uint32_t id) {
  for (FakeSession& known : sessions)
    if (known.id == id && !known.ended) return &known;
  return nullptr;
}

int FakeKernel::open_descriptor(int lowest) {
  while (!open.insert(lowest).second) ++lowest;
  return lowest;
}

isboot_link link_named(const std::string& name, const std::string& mac) {
  isboot_link link{};
  link.index = 1;
  put(name, link.name);
  for (int i = 0; i < 6; ++i)
    link.mac[i] = static_cast<std::uint8_t>(
        std::stoi(mac.substr(static_cast<std::size_t>(i) * 3, 2), nullptr, 16));
  link.type = ISBOOT_ETHERNET;
  link.running = 1;
  link.carrier = ISBOOT_CARRIER;
  return link;
}

}  // namespace isboot::freebsd::test

using isboot::freebsd::test::kernel;

extern "C" {

int isboot_stopping() { return kernel().stopping ? 1 : 0; }
void isboot_release_root() { kernel().root_held = false; }
void* isboot_allocate(std::size_t size) {
  void* const memory = std::calloc(1, size);
  kernel().allocated.insert(memory);
  return memory;
}
void isboot_free(void* memory) {
  kernel().allocated.erase(memory);
  std::free(memory);
}
std::uint64_t isboot_now() { return kernel().now; }
int isboot_sleep(std::uint64_t ms) {
  if (kernel().stopping) return ISBOOT_EINTR;
  kernel().wait(ms);
  return 0;
}
int isboot_random_seeded() { return kernel().looks_until_seeded-- <= 0 ? 1 : 0; }
void isboot_random(void* out, std::size_t size) { std::memset(out, 0x5a, size); }
// Enough for the order of parts to matter.
void isboot_digest(unsigned, const isboot_part* parts, std::size_t count, std::uint8_t* out) {
  std::memset(out, 0, 16);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < parts[i].size; ++j, ++at)
      out[at % 16] = static_cast<std::uint8_t>(out[at % 16] * 31 +
                                               static_cast<const std::uint8_t*>(parts[i].data)[j]);
}
void isboot_print(const char* line, std::size_t length) {
  kernel().lines.emplace_back(line, length);
}
int isboot_tunable(const char* name, char* value, std::size_t size) {
  const auto found = kernel().tunables.find(name);
  if (found == kernel().tunables.end()) return 0;
  std::snprintf(value, size, "%s", found->second.c_str());
  return 1;
}
int isboot_acpi_table(const char* signature, unsigned number, void* out, std::size_t size,
                      std::size_t* length) {
  const auto& tables = kernel().acpi[signature];
  if (number > tables.size()) return ISBOOT_ENOENT;
  const auto& table = tables[number - 1];
  *length = std::min(size, table.size());
  std::memcpy(out, table.data(), *length);
  return 0;
}
int isboot_low_memory(std::uint64_t address, void* out, std::size_t size) {
  if (const int error = kernel().answer("low_memory")) return error;
  std::memset(out, 0, size);
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t at = address - 0x80000 + i;
    if (at < kernel().low_memory.size())
      static_cast<std::uint8_t*>(out)[i] = kernel().low_memory[at];
  }
  return 0;
}
std::size_t isboot_links(isboot_link* out, std::size_t room) {
  const std::size_t count = std::min(room, kernel().links.size());
  std::copy_n(kernel().links.begin(), count, out);
  return count;
}
int isboot_change_link(isboot_action action, const char* name, std::uint32_t value) {
  static const char* const names[] = {"up", "mtu", "create", "heed", "mark"};
  std::string call = std::string{names[action]} + " " + name;
  if (action == ISBOOT_SET_MTU) call += " " + std::to_string(value);
  const int error = kernel().answer(call);
  if (error == 0 && action == ISBOOT_CREATE) {
    isboot_link made = kernel().links.front();
    made.index = 7;
    std::snprintf(made.name, sizeof made.name, "%s", name);
    made.type = ISBOOT_VLAN;
    kernel().links.push_back(made);
  }
  return error;
}
int isboot_add_address(const char* name, const void*, const void*) {
  return kernel().answer(std::string{"address "} + name);
}
int isboot_add_route(const char* name, const void*, const void* mask, const void* gateway) {
  return kernel().answer(std::string{"route "} + name + (mask == nullptr ? " host" : " net") +
                         (gateway == nullptr ? " on link" : " via"));
}
int isboot_connect(isboot_protocol protocol, const void*, std::uint64_t ms, int* descriptor) {
  auto& k = kernel();
  EXPECT_TRUE(ms >= 1 && ms <= ISBOOT_MAX_WAIT) << ms;
  *descriptor = k.open_descriptor(0);
  if (protocol == ISBOOT_ICMP6) {
    k.raw.insert(*descriptor);
    return k.answer("ask");
  }
  if (const int error = k.answer("connect")) return error;
  if (k.scripts.empty()) {
    ++k.now;
    return 61;  // refused
  }
  k.targets.emplace_back(k.scripts.front());
  k.scripts.pop_front();
  k.target = &k.targets.back();
  k.incoming.clear();
  return 0;
}
int isboot_renumber(int* descriptor, int lowest) {
  if (const int error = kernel().answer("renumber")) return error;
  const int made = kernel().open_descriptor(lowest);
  kernel().open.erase(*descriptor);
  *descriptor = made;
  return 0;
}
int isboot_set_limit(isboot_direction direction, int, std::uint64_t ms) {
  EXPECT_LE(ms, std::uint64_t{ISBOOT_MAX_WAIT});
  kernel().limit_of[direction] = ms;
  return kernel().fails["limit"].empty() ? 0 : kernel().answer("limit");
}
static int send_to_target(void* data, std::size_t size, std::size_t* done) {
  auto& k = kernel();
  if (const int error = k.answer("send")) return error;
  const auto reply = k.target->respond({static_cast<const std::uint8_t*>(data), size});
  k.incoming.insert(k.incoming.end(), reply.begin(), reply.end());
  *done = std::min(size, k.takes_at_once);
  return 0;
}
static int receive_from_target(void* out, std::size_t size, std::size_t* received) {
  auto& k = kernel();
  if (const int error = k.answer("receive")) return error;
  if (k.incoming.empty()) {
    k.wait(k.limit_of[ISBOOT_RECEIVE]);
    return ISBOOT_EWOULDBLOCK;
  }
  *received = std::min(size, k.incoming.size());
  std::copy_n(k.incoming.begin(), *received, static_cast<std::uint8_t*>(out));
  k.incoming.erase(k.incoming.begin(), k.incoming.begin() + static_cast<std::ptrdiff_t>(*received));
  return 0;
}
static int ask_routers(void* data, std::size_t size, std::size_t* done) {
  auto& k = kernel();
  const auto* const bytes = static_cast<const std::uint8_t*>(data);
  k.asked.emplace_back(bytes, bytes + size);
  if (k.asked.size() >= k.router_hears)
    for (isboot_link& link : k.links) link.advertised = 1;
  *done = size;
  return 0;
}
int isboot_transfer(isboot_direction direction, int descriptor, void* data, std::size_t size,
                    std::size_t* done) {
  if (kernel().raw.contains(descriptor)) return ask_routers(data, size, done);
  return direction == ISBOOT_SEND ? send_to_target(data, size, done)
                                  : receive_from_target(data, size, done);
}
void isboot_close(int descriptor) {
  kernel().open.erase(descriptor);
  kernel().raw.erase(descriptor);
}
int isboot_iscsi_add(const isboot_session* session) {
  auto& k = kernel();
  if (const int error = k.answer("add")) return error;
  for (const auto& known : k.sessions)
    if (!known.ended && std::strcmp(known.conf.target, session->target) == 0 &&
        std::strcmp(known.conf.address, session->address) == 0)
      return ISBOOT_EBUSY;
  auto& made = k.sessions.emplace_back();
  made.id = k.next_id++;
  made.conf = *session;
  made.isid = {0x80, 1, 2, 3, 4, static_cast<std::uint8_t>(made.id)};
  return 0;
}
int isboot_iscsi_remove(std::uint32_t id) {
  if (auto* const known = kernel().find(id)) known->ended = true;
  return kernel().answer("remove");
}
// iscsi_ioctl_daemon_wait(): the first in the list that waits, whoever asks.
int isboot_iscsi_wait(isboot_wait* out) {
  auto& k = kernel();
  if (const int error = k.answer("wait")) return error;
  if (!k.foreign_waits.empty()) {
    *out = k.foreign_waits.front();
    k.foreign_waits.pop_front();
    return 0;
  }
  for (auto& known : k.sessions) {
    if (known.ended || !known.waiting) continue;
    known.waiting = false;
    out->id = known.id;
    std::memcpy(out->target, known.conf.target, sizeof out->target);
    std::memcpy(out->address, known.conf.address, sizeof out->address);
    std::copy(known.isid.begin(), known.isid.end(), out->isid);
    return 0;
  }
  ADD_FAILURE() << "waits for a session of somebody else";
  return ISBOOT_EINTR;
}
int isboot_iscsi_is_open() { return kernel().iscsid ? 1 : 0; }
// iscsi_action(): CAM_DEV_NOT_THERE while it is being removed, CAM_REQUEUE_REQ while the queue is
// frozen; there is no bus to ask before the first hand-over and after the end.
isboot_session_state isboot_iscsi_state(std::uint32_t id) {
  auto& k = kernel();
  if (k.before) k.before("state");
  isboot::freebsd::test::FakeSession* const known = k.find(id);
  if (known == nullptr) return ISBOOT_NO_BUS;
  if (!known->connected && k.iscsid && k.iscsid_needs && k.now >= known->lost_at + *k.iscsid_needs)
    known->connect(k.now);
  if (!known->had_sim) return ISBOOT_NO_BUS;
  if (!known->connected) return ISBOOT_LOST;
  const bool peace =
      k.events.empty() && std::all_of(k.sessions.begin(), k.sessions.end(),
                                      [](const auto& one) { return one.connected || one.ended; });
  if (peace && known->looks_in_peace++ > 0) k.stopping = true;  // a test's end
  if (k.events.empty() || k.events.front().id != id) return ISBOOT_CONNECTED;
  const auto event = k.events.front();
  k.events.pop_front();
  known->connected = false;
  known->waiting = true;
  known->lost_at = k.now;
  known->ended = event.kind == isboot::freebsd::test::FakeEvent::Removed;
  // iscsi_maintenance_thread_reconnect() destroys the SIM then; the session waits as ever.
  if (k.fail_on_disconnection) known->had_sim = false;
  return known->ended || !known->had_sim ? ISBOOT_NO_BUS : ISBOOT_LOST;
}
int isboot_iscsi_limits(std::uint32_t id, int descriptor, isboot_limits* out) {
  *out = kernel().limits;
  if (kernel().find(id) == nullptr) return ISBOOT_ESRCH;
  return descriptor < 0 ? 0 : kernel().answer("limits");
}
int isboot_iscsi_hand_off(const isboot_handoff* handoff) {
  EXPECT_EQ(kernel().limit_of,
            (std::map<int, std::uint64_t>{{ISBOOT_SEND, 0}, {ISBOOT_RECEIVE, 0}}));
  int error = kernel().answer("hand_off");
  // Seen on 14.0-STABLE: "WARNING: icl_soft_conn_handoff: proxy handoff without connect".
  if (error == 0 && kernel().proxy && handoff->descriptor == 0) error = 22;
  auto* const known = kernel().find(handoff->id);
  if (known == nullptr) return ISBOOT_ESRCH;
  if (known->connected) return ISBOOT_EBUSY;  // "handoff on already connected session"
  if (error == ISBOOT_EBUSY) known->connect(kernel().now);
  // iscsi_ioctl_daemon_handoff() terminates a session whose connection it cannot take.
  known->ended = error != 0 && error != ISBOOT_EBUSY;
  if (error != 0) return error;
  known->connect(kernel().now);
  known->waiting = false;
  kernel().handoffs.push_back(*handoff);
  return 0;
}
int isboot_disk(std::uint32_t session, const std::uint8_t*, char* name, std::size_t size) {
  auto& k = kernel();
  if (const int error = k.answer("disk")) return error;
  const auto* const known = k.find(session);
  if (known != nullptr && known->scanned_at < k.lun_comes_at) return ISBOOT_ENOENT;
  if (k.looks_until_disk-- > 0) return ISBOOT_ENOENT;
  const auto before = std::count_if(k.sessions.begin(), k.sessions.end(), [&](const auto& other) {
    return !other.ended && other.id < session;
  });
  std::snprintf(name, size, "da%d", static_cast<int>(before));
  return 0;
}
int isboot_add_sysctl(isboot_node node, const char* name, char* value, std::size_t) {
  static const char* const nodes[] = {"hw.isboot.", "hw.ibft.", "net.isboot."};
  kernel().add_sysctl(std::string{nodes[node]} + name, value);
  return 0;
}
void isboot_main();
}
