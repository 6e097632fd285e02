// Time per login at a real target, ours beside libiscsi's iscsi_full_connect, in turns.
// Each time is from a closed socket to the full-feature phase. Usage:
// login_compare ADDRESS PORT TARGET [ROUNDS]; bench/login_compare.py starts a tgtd for it.
#include <iscsi/iscsi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/iscsi/drive.h"
#include "core/iscsi/login.h"
#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/system/clock.h"

namespace {

using namespace isboot;
using Steady = std::chrono::steady_clock;

constexpr const char* kInitiator = "iqn.2026-11.org.example:bench";
constexpr Millis kPatience = 10'000;

double milliseconds_since(Steady::time_point start) {
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

[[noreturn]] void fail(const char* who, const char* why) {
  std::fprintf(stderr, "login_compare: %s: %s\n", who, why);
  std::exit(1);
}

double ours(const Portal& portal, const char* target) {
  linux_platform::LinuxClock clock;
  linux_platform::TcpStream stream{clock};
  linux_platform::LinuxHash hash;
  linux_platform::LinuxEntropy entropy;
  iscsi::LoginConfig config;
  (void)config.initiator_name.assign(kInitiator);
  (void)config.target_name.assign(target);
  const auto start = Steady::now();
  const auto isid = iscsi::random_isid(entropy, 1);
  if (!isid) fail("isboot", isid.error().text);
  config.isid = *isid;
  const Millis deadline = clock.now() + kPatience;
  const auto connected = stream.connect(portal, {}, deadline);
  if (!connected) fail("isboot", connected.error().text);
  iscsi::Login login{config, hash, entropy};
  const auto last = iscsi::drive(login, login.start(), stream, clock, deadline);
  const double took = milliseconds_since(start);
  if (!last) fail("isboot", last.error().text);
  if (last->kind != iscsi::LoginStep::Kind::Complete) fail("isboot", last->error.text);
  return took;
}

double libiscsi(const std::string& portal, const char* target) {
  const auto start = Steady::now();
  iscsi_context* context = iscsi_create_context(kInitiator);
  iscsi_set_targetname(context, target);
  iscsi_set_session_type(context, ISCSI_SESSION_NORMAL);
  iscsi_set_header_digest(context, ISCSI_HEADER_DIGEST_NONE);
  // LUN -1: without the TEST UNIT READY that it would add.
  if (iscsi_full_connect_sync(context, portal.c_str(), -1) != 0)
    fail("libiscsi", iscsi_get_error(context));
  const double took = milliseconds_since(start);
  iscsi_destroy_context(context);
  return took;
}

void print(const char* who, std::vector<double> times, double beside) {
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  std::printf("%-10s median %.3f ms, fastest %.3f, 95%% under %.3f", who, median, times.front(),
              times[times.size() * 95 / 100]);
  if (beside != 0) std::printf("; %.2f times libiscsi's", median / beside);
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) fail("usage", "login_compare ADDRESS PORT TARGET [ROUNDS]");
  const auto address = parse_ip(argv[1]);
  const int rounds = argc > 4 ? std::atoi(argv[4]) : 500;
  if (!address || rounds < 1) fail("usage", "ADDRESS is none, or ROUNDS is below 1");
  const Portal portal{*address, static_cast<std::uint16_t>(std::atoi(argv[2]))};
  const std::string text{to_text(portal).view()};
  std::vector<double> own;
  std::vector<double> theirs;
  for (int round = -rounds / 10; round < rounds; ++round) {
    const double first = ours(portal, argv[3]);
    const double second = libiscsi(text, argv[3]);
    if (round < 0) continue;  // warms up
    own.push_back(first);
    theirs.push_back(second);
  }
  std::vector<double> sorted = theirs;
  std::sort(sorted.begin(), sorted.end());
  print("libiscsi", theirs, 0);
  print("isboot", own, sorted[sorted.size() / 2]);
  return 0;
}
