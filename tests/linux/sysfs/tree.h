#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace isboot::linux_platform::test {

// Folders that look like the kernel's.
class Tree {
public:
  Tree() {
    char name[] = "/tmp/isboot-tree-XXXXXX";
    root_ = mkdtemp(name);
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { std::filesystem::remove_all(root_); }

  std::string path(const std::string& below = "") const { return root_ / below; }
  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream{root_ / file} << text;
  }
  void folder(const std::string& name) const { std::filesystem::create_directories(root_ / name); }
  void link(const std::string& name, const std::string& to) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::filesystem::create_symlink(root_ / to, root_ / name);
  }

private:
  std::filesystem::path root_;
};

}  // namespace isboot::linux_platform::test
