#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/linux/keeper/control.h"

namespace isboot::app::test {

// A keeper that runs, as its clients see it: a control socket, and a thread that answers there.
// Both ends must be root's.
class FakeKeeper {
public:
  struct Answer {
    bool done = true;
    std::string text;
  };

  explicit FakeKeeper(const std::string& path) : path_{path} {
    auto listener = linux_platform::ControlListener::open(path.c_str());
    EXPECT_TRUE(listener);
    thread_ = std::thread{[this, open = std::move(*listener)] { serve(open); }};
  }
  FakeKeeper(const FakeKeeper&) = delete;
  FakeKeeper& operator=(const FakeKeeper&) = delete;
  ~FakeKeeper() {
    const std::uint64_t one = 1;
    EXPECT_EQ(write(stop_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
    thread_.join();
    (void)unlink(path_.c_str());
  }

  // What it says; to be set before anybody asks. Empty: it closes without a word.
  std::function<std::optional<Answer>(const linux_platform::ControlRequest&)> on_request =
      [](const auto&) { return Answer{}; };

  // Every request so far, as it came.
  std::vector<std::vector<std::uint8_t>> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }
  linux_platform::ControlRequest last() const {
    last_ = requests().back();
    const auto request = linux_platform::decode_request(last_);
    EXPECT_TRUE(request);
    return *request;
  }

private:
  void serve(const linux_platform::ControlListener& listener) {
    std::vector<linux_platform::UniqueFd> clients;
    for (;;) {
      std::vector<pollfd> waited = {{stop_.get(), POLLIN, 0}, {listener.descriptor(), POLLIN, 0}};
      for (const auto& client : clients) waited.push_back({client.get(), POLLIN, 0});
      if (poll(waited.data(), waited.size(), -1) < 0 || waited[0].revents != 0) return;
      for (std::size_t i = clients.size(); i-- > 0;)
        if (waited[i + 2].revents != 0 && !serve_client(clients[i].get()))
          clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
      if (waited[1].revents != 0)
        if (auto client = listener.accept()) clients.push_back(std::move(client));
    }
  }
  // False: the client is gone, or to be let go.
  bool serve_client(int client) {
    std::vector<std::uint8_t> bytes(linux_platform::kMaxRequest);
    const ssize_t size = recv(client, bytes.data(), bytes.size(), 0);
    if (size <= 0) return false;
    bytes.resize(static_cast<std::size_t>(size));
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(bytes);
    }
    const auto request = linux_platform::decode_request(bytes);
    if (!request) return false;
    const auto answer = on_request(*request);
    if (!answer) return false;
    linux_platform::answer(client, answer->done, answer->text);
    return true;
  }

  const std::string path_;
  const linux_platform::UniqueFd stop_{eventfd(0, EFD_CLOEXEC)};
  mutable std::mutex mutex_;
  std::vector<std::vector<std::uint8_t>> requests_;
  mutable std::vector<std::uint8_t> last_;
  std::thread thread_;
};

}  // namespace isboot::app::test
