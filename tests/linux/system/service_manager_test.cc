#include "platform/linux/system/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

class ServiceManagerTest : public ::testing::Test {
protected:
  ~ServiceManagerTest() override { (void)unsetenv("NOTIFY_SOCKET"); }

  void listen(const std::string& name) {
    manager_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    ASSERT_EQ(bind(manager_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    (void)setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  std::string heard() const {
    std::array<char, 256> buffer{};
    const ssize_t size = recv(manager_.get(), buffer.data(), buffer.size(), 0);
    return size < 0 ? "" : std::string{buffer.data(), static_cast<std::size_t>(size)};
  }

  UniqueFd manager_;
};

TEST_F(ServiceManagerTest, IsToldAtAPath) {
  const std::string path = "/tmp/isboot-notify-" + std::to_string(getpid());
  listen(path);
  tell_service_manager("READY=1\nSTATUS=well");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=well");
  (void)unlink(path.c_str());
}

TEST_F(ServiceManagerTest, IsToldAtANameThatNoFileSystemHas) {
  listen("@isboot-notify-" + std::to_string(getpid()));
  tell_service_manager("STATUS=well");
  EXPECT_EQ(heard(), "STATUS=well");
}

TEST_F(ServiceManagerTest, IsNotMissed) {
  listen("@isboot-notify-none-" + std::to_string(getpid()));
  (void)unsetenv("NOTIFY_SOCKET");
  tell_service_manager("STATUS=well");
  EXPECT_EQ(heard(), "");
  (void)setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);  // longer than any
  tell_service_manager("STATUS=well");
}

}  // namespace
}  // namespace isboot::linux_platform
