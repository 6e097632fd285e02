#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "tests/netns/namespace.h"

namespace isboot::netns {

// An IPv6 router on a link of a namespace: answers the question for routers with an
// advertisement (RFC 4861 sections 4.2 and 4.6.2), from the link's link-local address.
class Router {
public:
  struct Advertisement {
    std::uint16_t lifetime = 1800;  // seconds as a default router; 0: it is none
    std::string prefix;             // of 64 bits; empty: none
  };

  Router(const Namespace& where, const std::string& link, const Advertisement& what);
  Router(const Router&) = delete;
  ~Router();

  int asked() const { return asked_; }

private:
  void serve();
  void advertise() const;

  std::string link_;
  Advertisement what_;
  linux_platform::UniqueFd socket_;
  unsigned index_ = 0;
  std::atomic<int> asked_{0};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace isboot::netns
