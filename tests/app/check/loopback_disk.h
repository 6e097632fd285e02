#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "testing/fake_disk.h"

namespace isboot::app::test {

// A FakeDisk that is reached over TCP at 127.0.0.1, for what brings a socket of its own. It serves
// one connection after the other in a thread; turn its knobs before anybody connects.
class LoopbackDisk {
public:
  LoopbackDisk() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_, any, size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    EXPECT_EQ(getsockname(listener_, any, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  LoopbackDisk(const LoopbackDisk&) = delete;
  LoopbackDisk& operator=(const LoopbackDisk&) = delete;
  ~LoopbackDisk() {
    shutdown(listener_, SHUT_RDWR);  // accept() returns
    thread_.join();
    close(listener_);
  }

  std::uint16_t port() const { return port_; }

  isboot::testing::FakeDisk disk;

private:
  static bool read_all(int from, MutableBytes out) {
    while (!out.empty()) {
      const ssize_t got = recv(from, out.data(), out.size(), 0);
      if (got <= 0) return false;
      out = out.subspan(static_cast<std::size_t>(got));
    }
    return true;
  }
  void serve() {
    for (;;) {
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      (void)disk.connect({}, {}, 0);
      serve(client);
      disk.close();
      close(client);
    }
  }
  // One PDU after the other: a header of 48 bytes, and data up to a whole word (RFC 7143, 11.1).
  void serve(int client) {
    std::vector<std::uint8_t> pdu(48);
    while (read_all(client, pdu)) {
      const std::size_t size = std::size_t{pdu[5]} << 16 | std::size_t{pdu[6]} << 8 | pdu[7];
      pdu.resize(48 + ((size + 3) & ~std::size_t{3}));
      if (!read_all(client, MutableBytes{pdu}.subspan(48))) return;
      (void)disk.send(pdu, 0);
      std::vector<std::uint8_t> answer(65536);
      const auto got = disk.receive(answer, 0);
      if (!got) return;
      if (send(client, answer.data(), *got, MSG_NOSIGNAL) != static_cast<ssize_t>(*got)) return;
      pdu.assign(48, 0);
    }
  }

  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace isboot::app::test
