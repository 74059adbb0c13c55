// A quota file in a directory of its own, with a clock that is moved by hand.
#pragma once

#include "engine/client/quota_file.hpp"
#include "engine/client/quota_file_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

namespace pawl::client::quota_by_hand {

using namespace std::chrono_literals;
using policy::pacer;
using policy::slot_entry;

namespace fs = std::filesystem;

inline const secret key("pl_v2_abcdefghijklmnopqrstuvwxyz");
inline constexpr std::string_view host = "api.example.com:443";

inline std::int64_t test_now = 0;  // the clock of the entries, moved by hand
inline std::chrono::nanoseconds clock_by_hand() noexcept {
  return std::chrono::nanoseconds{test_now};
}

inline policy::pacer_options per_minute(std::uint32_t limit) {
  policy::pacer_options o;
  o.windows = {{limit, 60s}};
  return o;
}

class KeyState : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pawl-key-state-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    boot("0b5a5a5e-0000-4000-8000-000000000001");
    command("/usr/bin/pawl", {"run", "jobs.csv", "--base-url", "https://user:password@host"});
    test_now = 1'000'000'000'000;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string directory() const { return root_ / "state" / "pawl"; }
  fs::path file() const { return fs::path(directory()) / quota_file_name(host, key); }
  void boot(const std::string& id) { std::ofstream(root_ / "boot_id") << id << "\n"; }
  void command(std::string line, std::initializer_list<const char*> words) {
    line += '\0';
    for (const char* w : words) line += std::string(w) + '\0';
    std::ofstream(root_ / "cmdline") << line;
  }
  quota_file_system system() const {
    return {(root_ / "boot_id").string(), (root_ / "cmdline").string(), clock_by_hand};
  }
  expected<quota_file> open(std::uint32_t writes = 60, std::uint32_t reads = 1'000) {
    return quota_file_access::open(directory(), host, key, per_minute(writes), per_minute(reads), system());
  }
  // What the file holds.
  std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }

  fs::path root_;
};

inline std::size_t used(std::span<const slot_entry> entries) {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries, [](auto& e) { return e.sent != 0 || e.closed != 0; }));
}
inline std::int64_t on_its_way() {
  return slot_entry::on_its_way(test_now).closed;
}
inline bool full(std::span<const slot_entry> entries) {
  return std::ranges::all_of(entries, [](auto& e) { return e.closed == on_its_way(); });
}

}  // namespace pawl::client::quota_by_hand
