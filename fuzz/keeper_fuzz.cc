// The whole loop of the keeper against a made-up kernel. The input chooses notices, errors of
// their socket, what the kernel refuses, requests of some clients (broken ones too, and another
// program's keeper among them), what sysfs shows, and the time. run() comes back once somebody has
// taken all sessions.
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "platform/linux/keeper/keeper.h"
#include "platform/linux/system_error.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "tests/linux/keeper/fake_errands.h"
#include "tests/linux/keeper/fake_journal.h"
#include "tests/linux/keeper/records.h"

namespace {

using namespace isboot;
using namespace isboot::linux_platform;
namespace fs = std::filesystem;
using Request = ControlRequest::Kind;

constexpr int kMostRounds = 20'000;
constexpr std::size_t kMostConnections = 6;
constexpr std::uint32_t kFirstSession = 3, kSessions = 3;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

class Input {
public:
  Input(const std::uint8_t* data, std::size_t size) : rest_{data, size} {}
  unsigned byte() {
    if (rest_.empty()) return 0;
    const unsigned value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  bool one_in_8() { return (byte() & 7) == 7; }
  bool empty() const { return rest_.empty(); }

private:
  Bytes rest_;
};

struct Quiet final : Log {
  void write(LogLevel, Text) override {}
  Text words(Code code) override { return system_error_text(code); }
};

struct HastyClock final : Clock {
  Millis now() override { return at += 50; }
  void sleep_until(Millis when) override { at = std::max(at, when); }
  Millis at = 1'000;
};

class Kernel final : public SessionKeeping {
public:
  explicit Kernel(Input& input) : input_{input} {}
  Result<Done> open() override { return Done{}; }
  Result<Done> adopt(SessionId, const SessionConfig&, bool) override { return Done{}; }
  Result<SessionId> create(const SessionConfig&) override { return SessionId{1}; }
  Result<Done> hand_over(SessionId, Stream& stream, const iscsi::SessionParams&) override {
    stream.close();
    return perhaps();
  }
  Result<std::uint32_t> recover(SessionId) override {
    ISBOOT_TRY(perhaps());
    return 1U;
  }
  Result<DiskName> find_disk(SessionId, const Lun&, Millis) override { return DiskName{}; }
  Result<Done> unbind(SessionId) override { return perhaps(); }
  Result<Done> log_out(SessionId) override { return perhaps(); }
  void destroy(SessionId) override {}
  void leave(SessionId) override {}
  void forget(SessionId) override {}

private:
  Result<Done> perhaps() {
    if (input_.one_in_8()) return Error{Errc::Unsupported, 0, "refused"};
    return Done{};
  }
  Input& input_;
};

class Nics final : public NicMending {
public:
  explicit Nics(Input& input) : input_{input} {}
  Result<Mended> mend(const NicSetup&, LinkId link, bool) override {
    if (input_.one_in_8()) return Error{Errc::NotFound, 0, "no NIC"};
    return Mended{link, input_.one_in_8() ? LinkId{link.index + 1} : link};
  }

private:
  Input& input_;
};

class Paths final : public Multipath {
public:
  explicit Paths(Input& input) : input_{input} {}
  void open(const char*) override {}
  MultipathUse use_of(const MultipathPath&) override {
    return {.failed = input_.one_in_8(), .unused = input_.one_in_8()};
  }
  Result<Done> tell_udev(const MultipathPath& path) override { return reinstate(path); }
  Result<Done> reinstate(const MultipathPath&) override {
    if (input_.one_in_8()) return Error{Errc::Unsupported, 0, "refused"};
    return Done{};
  }

private:
  Input& input_;
};

// The folders of this process, in memory: the disk of all its sessions is a path of dm-multipath.
struct Folders {
  Folders() {
    char name[] = "/dev/shm/isboot-keeper-fuzz-XXXXXX";
    require(mkdtemp(name) != nullptr);
    top = name;
    classes = top / "class";
    control = top / "control";
    state = top / "state";
    for (std::uint32_t i = 0; i < kSessions; ++i) {
      const fs::path session =
          fs::path{classes} / ("iscsi_session/session" + std::to_string(kFirstSession + i));
      fs::create_directories(session);
      std::ofstream{session / "state"} << "LOGGED_IN\n";
      std::ofstream{session / "targetname"} << full_record().kernel.target_name.view() << '\n';
    }
    const fs::path disk = fs::path{classes} / "block/sda";
    fs::create_directories(disk / "device");
    fs::create_directories(disk / "holders/dm-0/dm");
    std::ofstream{disk / "device/wwid"} << "naa.600\n";
    std::ofstream{disk / "dev"} << "8:0\n";
    std::ofstream{disk / "holders/dm-0/dm/uuid"} << "mpath-600\n";
    std::ofstream{disk / "holders/dm-0/dev"} << "254:0\n";
  }
  ~Folders() { fs::remove_all(top); }
  fs::path top;
  std::string classes, control, state;
};

const Folders& folders() {
  static const Folders made;
  return made;
}

// The kernel's notices; and the clients, for it is asked in every round of the loop.
class World final : public IscsiNotices {
public:
  World(Input& input, HastyClock& clock, UniqueFd client) : input_{input}, clock_{clock} {
    clients_.push_back(std::move(client));
  }

  Result<Done> open() override { return Done{}; }
  int descriptor() const override { return ready_.get(); }
  Result<std::optional<IscsiNotice>> next(Clock&) override {
    const std::optional<IscsiNotice> nothing;
    if (std::exchange(said_, false)) return nothing;
    require(++rounds_ <= kMostRounds);
    if (input_.empty()) {
      take_all_sessions();
      return nothing;
    }
    IscsiNotice notice;
    notice.session = SessionId{kFirstSession + input_.byte() % kSessions};
    switch (input_.byte() % 12) {
      case 0:
        notice.kind = IscsiNotice::Kind::ConnectionLost;
        notice.error = 1011 + input_.byte() % 12;
        return say(notice);
      case 1:
        notice.kind = IscsiNotice::Kind::Unbound;
        return say(notice);
      case 2:
        notice.kind = IscsiNotice::Kind::Pdu;
        notice.pdu = pdu();
        return say(notice);
      case 3:
        return system_error((input_.byte() & 1) != 0 ? ENOBUFS : ENOMEM, "receive from netlink");
      default:
        act(notice.session);
        return nothing;
    }
  }

private:
  std::optional<IscsiNotice> say(const IscsiNotice& notice) {
    said_ = true;
    return notice;
  }

  // Asynchronous message, reject, logout response, NOP-In, with a few of their fields.
  Bytes pdu() {
    constexpr std::uint8_t kOpcodes[] = {0x32, 0x3f, 0x26, 0x20};
    pdu_ = {};
    const std::size_t size = input_.byte() % pdu_.size();
    pdu_[0] = kOpcodes[input_.byte() % 4];
    pdu_[2] = static_cast<std::uint8_t>(input_.byte() % 4);
    pdu_[36] = static_cast<std::uint8_t>(input_.byte() % 6);
    pdu_[41] = static_cast<std::uint8_t>(input_.byte());
    return Bytes{pdu_}.first(size);
  }

  void act(SessionId session) {
    switch (input_.byte() % 8) {
      case 0:
        return ask({.kind = Request::Status});
      case 1:
        return ask_to_keep(session);
      case 2:
        return ask({.kind = Request::End,
                    .session = (input_.byte() & 1) != 0 ? session : ControlRequest::kAll,
                    .limit = input_.byte() % 8,
                    .then = static_cast<MachineEnd>(input_.byte() % 2)});
      case 3:
        return ask_to_take_over();
      case 4:
        return ask_nonsense();
      case 5:
        return connect();
      case 6:
        if (clients_.size() > 1) clients_.pop_back();
        return;
      default:
        clock_.at += Millis{1'000} * input_.byte();
    }
  }

  void send_to_keeper(Bytes bytes) {
    const UniqueFd& client = clients_[input_.byte() % clients_.size()];
    (void)send(client.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  void ask(const ControlRequest& request) {
    std::array<std::uint8_t, kMaxRequest> buffer{};
    const auto encoded = encode(request, buffer);
    require(encoded.ok());
    send_to_keeper(*encoded);
  }
  void ask_to_keep(SessionId session) {
    SessionRecord record = full_record();
    record.session = session;
    record.kernel.portal = {IpAddress::v4(127, 0, 0, 1), 1};  // nobody listens there
    record.logged_in = (input_.byte() & 3) != 0;
    if ((input_.byte() & 1) != 0) record.nic.reset();
    std::array<std::uint8_t, kMaxRecord> buffer{};
    const auto encoded = encode(record, Secrets::Take, buffer);
    require(encoded.ok());
    ask({.kind = Request::Keep, .record = *encoded});
  }
  // … and is gone, with everybody else: one who stayed would be waited for.
  void ask_to_take_over() {
    ask({.kind = Request::Replace});
    clients_.clear();
    connect();
    if (clients_.empty()) clients_.emplace_back();
  }
  void ask_nonsense() {
    std::array<std::uint8_t, 40> bytes{};
    const std::size_t size = 1 + input_.byte() % (bytes.size() - 1);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(input_.byte());
    if (bytes[0] != static_cast<std::uint8_t>(Request::Replace))
      send_to_keeper(Bytes{bytes}.first(size));
  }
  void connect() {
    auto client = connect_to_keeper(folders().control.c_str());
    if (client && clients_.size() < kMostConnections) clients_.push_back(std::move(*client));
  }
  void take_all_sessions() {
    clients_.clear();
    connect();
    if (!clients_.empty()) ask({.kind = Request::Release});
  }

  Input& input_;
  HastyClock& clock_;
  UniqueFd ready_{eventfd(1, EFD_CLOEXEC)};
  std::vector<UniqueFd> clients_;
  std::array<std::uint8_t, 96> pdu_{};
  int rounds_ = 0;
  bool said_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{data, size};
  HastyClock clock;
  Quiet log;
  testing::FakeHash hash;
  testing::FakeEntropy entropy;
  Kernel kernel{input};
  Nics nics{input};
  FakeJournal journal;
  FakeErrands errands;
  Paths paths{input};
  int ends[2];
  require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  World world{input, clock, UniqueFd{ends[0]}};
  fs::remove_all(folders().state);
  const auto keeper = std::make_unique<Keeper>(
      KeeperPorts{clock, log, hash, entropy, kernel, nics, journal, errands, paths}, world);
  keeper->set_end_limit(3);
  require(
      keeper->open({folders().classes.c_str(), folders().state.c_str(), folders().control.c_str()})
          .ok());
  keeper->serve(UniqueFd{ends[1]});
  require(keeper->prepare().ok() && keeper->claim() && keeper->adopt().ok());
  (void)keeper->run();
  return 0;
}
