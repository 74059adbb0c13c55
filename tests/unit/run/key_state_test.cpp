#include "engine/run/key_state.hpp"

#include "engine/run/key_state_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;
using policy::pacer;
using policy::slot_entry;

namespace fs = std::filesystem;

const secret key("pl_v2_abcdefghijklmnopqrstuvwxyz");
constexpr std::string_view host = "api.example.com:443";

std::int64_t test_now = 0;  // the clock of the entries, moved by hand
std::chrono::nanoseconds clock_by_hand() noexcept {
  return std::chrono::nanoseconds{test_now};
}

policy::pacer_options per_minute(std::uint32_t limit) {
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
  fs::path file() const { return fs::path(directory()) / key_state_file_name(host, key); }
  void boot(const std::string& id) { std::ofstream(root_ / "boot_id") << id << "\n"; }
  void command(std::string line, std::initializer_list<const char*> words) {
    line += '\0';
    for (const char* w : words) line += std::string(w) + '\0';
    std::ofstream(root_ / "cmdline") << line;
  }
  key_state_system system() const {
    return {(root_ / "boot_id").string(), (root_ / "cmdline").string(), clock_by_hand};
  }
  expected<key_state> open(std::uint32_t writes = 60, std::uint32_t reads = 1'000) {
    return key_state_access::open(directory(), host, key, per_minute(writes), per_minute(reads), system());
  }
  // What the file holds.
  std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }

  fs::path root_;
};

std::size_t used(std::span<const slot_entry> entries) {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries, [](auto& e) { return e.sent != 0 || e.closed != 0; }));
}
bool full(std::span<const slot_entry> entries) {
  return std::ranges::all_of(entries, [](auto& e) { return e.closed == test_now; });
}

// ---- what the windows start with ----

TEST_F(KeyState, ABrandNewFileIsEmpty) {
  auto s = open();
  ASSERT_TRUE(s) << to_string(s.error());
  EXPECT_EQ(s->writes().size(), 60u + 1'024u);
  EXPECT_EQ(s->reads().size(), 1'000u + 1'024u);
  EXPECT_EQ(used(s->writes()) + used(s->reads()), 0u);
}

TEST_F(KeyState, TheSameBootFindsTheEntriesOfTheProcessBefore) {
  {
    auto s = open();
    ASSERT_TRUE(s);
    s->writes()[0] = {5, 7};
    s->writes()[1] = {8, 0};  // in flight
    s->reads()[2'023] = {1, 2};
  }
  test_now += 1'000;
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 2u);
  EXPECT_EQ(used(s->reads()), 1u);
  const auto closings = [](std::span<const slot_entry> entries) {
    std::vector<std::int64_t> at;
    for (const auto& e : entries)
      if (e.sent != 0) at.push_back(e.closed);
    std::ranges::sort(at);
    return at;
  };
  EXPECT_EQ(closings(s->writes()), (std::vector<std::int64_t>{7, test_now}));
  EXPECT_EQ(closings(s->reads()), (std::vector<std::int64_t>{2}));
}

TEST_F(KeyState, WhatCannotBeTrustedCountsAsFull) {
  const auto damage = [&](std::size_t at, char by) {
    return [this, at, by] {
      auto text = bytes();
      text[at] = static_cast<char>(text[at] ^ by);
      write(text);
    };
  };
  struct row {
    const char* name;
    std::function<void()> happens;
  };
  const row rows[] = {
      {"another boot", [&] { boot("0b5a5a5e-0000-4000-8000-000000000002"); }},
      {"no boot id to read", [&] { fs::remove(root_ / "boot_id"); }},
      {"an empty file", [&] { write(""); }},
      {"half a header", [&] { write(bytes().substr(0, 100)); }},
      {"cut off", [&] { write(bytes().substr(0, 5'000)); }},
      {"one byte too many", [&] { write(bytes() + "x"); }},
      {"another magic", damage(0, 1)},
      {"other counts than the checksum says", damage(offsetof(key_state_header, write_entries), 1)},
      {"a broken checksum", damage(offsetof(key_state_header, checksum), 0x40)},
      {"a file of something else", [&] { write(std::string(50'000, '{')); }},
  };
  for (const auto& r : rows) {
    SetUp();
    {
      auto s = open();
      ASSERT_TRUE(s) << r.name;
    }
    r.happens();
    test_now += 1'000;
    auto s = open();
    ASSERT_TRUE(s) << r.name << ": " << to_string(s.error());
    EXPECT_TRUE(full(s->writes())) << r.name;
    EXPECT_TRUE(full(s->reads())) << r.name;
    TearDown();
  }
  SetUp();
}

TEST_F(KeyState, AFullStateSendsNothingForOneWindow) {
  {
    ASSERT_TRUE(open());
  }
  boot("0b5a5a5e-0000-4000-8000-000000000002");
  auto s = open();
  ASSERT_TRUE(s);
  const time_point now{3h};
  pacer p(per_minute(60), s->writes(), now, clock_by_hand());
  EXPECT_EQ(p.due(p.join(now), now), now + 60s);
}

TEST_F(KeyState, OtherLimitsKeepTheNewestEntries) {
  {
    auto s = open(2'000);
    ASSERT_TRUE(s);
    for (std::size_t i = 0; i < 1'500; ++i) {
      const auto at = static_cast<std::int64_t>(1 + (i * 7) % 1'500);
      s->writes()[i] = {at, at};
    }
  }
  {
    auto s = open(10);  // 1,034 entries
    ASSERT_TRUE(s);
    ASSERT_EQ(used(s->writes()), 1'034u);
    EXPECT_EQ(std::ranges::min(s->writes(), {}, &slot_entry::closed).closed, 467);
    EXPECT_EQ(std::ranges::max(s->writes(), {}, &slot_entry::closed).closed, 1'500);
  }
  auto s = open(60);
  ASSERT_TRUE(s);
  // The ring was full: what it has forgotten counts as closed with its oldest entry.
  ASSERT_EQ(used(s->writes()), 1'084u);
  EXPECT_EQ(std::ranges::count(s->writes(), 467, &slot_entry::closed), 51);
}

TEST_F(KeyState, MoreEntriesThanBeforeKeepThoseThatAreThere) {
  {
    auto s = open(10);
    ASSERT_TRUE(s);
    s->writes()[3] = {4, 5};
  }
  auto s = open(5'000);
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 1u);
}

TEST_F(KeyState, AfterAnUnlimitedRunTheWindowIsFull) {
  {
    ASSERT_TRUE(open());
  }
  {
    auto s = key_state_access::open(directory(), host, key, {}, per_minute(1'000), system());
    ASSERT_TRUE(s);
    EXPECT_TRUE(s->writes().empty());
  }
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_TRUE(full(s->writes()));
  EXPECT_EQ(used(s->reads()), 0u);
}

TEST_F(KeyState, EveryHostAndKeyHasItsOwnFileAndNoneIsReadable) {
  const auto name = key_state_file_name(host, key);
  EXPECT_EQ(name.size(), 6u + 64u);
  EXPECT_NE(name, key_state_file_name("api.example.com:444", key));
  EXPECT_NE(name, key_state_file_name(host, secret("another")));
  EXPECT_NE(key_state_file_name("a", secret("bc")), key_state_file_name("ab", secret("c")));
  EXPECT_EQ(name, key_state_file_name("API.Example.com:443", key));
  {
    ASSERT_TRUE(open());
  }
  const auto text = bytes();
  for (const std::string_view hidden :
       {std::string_view("abcdefghijkl"), host, std::string_view("password")}) {
    EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
    EXPECT_EQ(file().filename().string().find(hidden), std::string::npos) << hidden;
  }
}

// ---- survival ----

TEST_F(KeyState, AKilledProcessLeavesItsEntries) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto s = open();
    if (!s) ::_exit(1);
    const time_point now{1h};
    pacer p(per_minute(60), s->writes(), now, clock_by_hand());
    for (int i = 0; i < 60; ++i) {
      const auto slot = std::get<pacer::slot>(p.acquire(p.join(now), now));
      p.sent(slot, now);
      if (i % 2 == 0) p.closed(slot, now, policy::rate_facts{}, 0);
    }
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  test_now += std::chrono::nanoseconds(20s).count();
  auto s = open();
  ASSERT_TRUE(s) << to_string(s.error());
  EXPECT_EQ(used(s->writes()), 60u);
  const time_point now{9h};
  pacer p(per_minute(60), s->writes(), now, clock_by_hand());
  EXPECT_EQ(p.due(p.join(now), now), now + 40s);
}

TEST_F(KeyState, StaysValidWhenMoved) {
  auto s = open();
  ASSERT_TRUE(s);
  const auto entries = s->writes();
  key_state moved = std::move(*s);
  EXPECT_EQ(moved.writes().data(), entries.data());
  entries[0] = {1, 2};
  EXPECT_EQ(moved.writes()[0].closed, 2);
}

// ---- the lock ----

TEST_F(KeyState, ASecondProcessIsToldWhoHoldsTheKey) {
  std::array<int, 2> ready{}, done{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  ASSERT_EQ(::pipe(done.data()), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  char byte = 'x';
  if (child == 0) {
    ::close(done[1]);
    const auto s = open();
    if (!s || ::write(ready[1], &byte, 1) != 1) ::_exit(1);
    while (::read(done[0], &byte, 1) > 0) {
    }
    ::_exit(0);
  }
  ::close(done[0]);
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, failure_kind::later);
  const auto text = to_string(refused.error());
  EXPECT_NE(text.find("process " + std::to_string(child)), std::string::npos) << text;
  EXPECT_NE(text.find("(pawl run jobs.csv)"), std::string::npos) << text;
  EXPECT_NE(text.find(" UTC"), std::string::npos) << text;
  EXPECT_NE(text.find(std::string(host)), std::string::npos) << text;
  EXPECT_EQ(text.find("password"), std::string::npos) << text;
  // Another key is free.
  EXPECT_TRUE(key_state_access::open(directory(), host, secret("another"), per_minute(60), {}, system()));

  ::close(done[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(open()) << "the lock goes with the process";
  for (const int fd : ready) ::close(fd);
}

TEST_F(KeyState, TheLockGoesWithTheObject) {
  {
    auto s = open();
    ASSERT_TRUE(s);
    EXPECT_FALSE(open());
  }
  EXPECT_TRUE(open());
}

// ---- the place ----

TEST_F(KeyState, DirectoryAndFileArePrivate) {
  const auto before = ::umask(0);
  auto s = open();
  ::umask(before);
  ASSERT_TRUE(s);
  struct stat is{};
  ASSERT_EQ(::stat(directory().c_str(), &is), 0);
  EXPECT_EQ(is.st_mode & 07777, 0700u);
  ASSERT_EQ(::stat(file().c_str(), &is), 0);
  EXPECT_EQ(is.st_mode & 07777, 0600u);
}

TEST_F(KeyState, AFileThatOthersCouldReadIsClosedToThem) {
  {
    ASSERT_TRUE(open());
  }
  fs::permissions(file(), fs::perms(0644));
  ASSERT_TRUE(open());
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms(0600));
}

TEST_F(KeyState, LinksAndForeignThingsAreRefusedUntouched) {
  {
    ASSERT_TRUE(open());
  }
  struct row {
    const char* name;
    std::function<void()> happens;
  };
  const auto victim = root_ / "victim";
  const row rows[] = {
      {"a symbolic link", [&] { fs::create_symlink(victim, file()); }},
      {"a hard link", [&] { fs::create_hard_link(victim, file()); }},
      {"a directory", [&] { fs::create_directory(file()); }},
  };
  for (const auto& r : rows) {
    std::ofstream(victim) << "precious";
    fs::remove(file());
    r.happens();
    const auto s = open();
    ASSERT_FALSE(s) << r.name;
    EXPECT_EQ(s.error().kind, failure_kind::mend) << r.name;
    EXPECT_NE(s.error().remedy.find("--state-dir"), std::string::npos) << to_string(s.error());
    std::string text;
    std::ifstream(victim) >> text;
    EXPECT_EQ(text, "precious") << r.name;
    fs::remove(file());
  }
}

TEST_F(KeyState, ADirectoryThatOthersMayWriteToIsRefused) {
  fs::create_directories(directory());
  fs::permissions(directory(), fs::perms(0777));
  const auto s = open();
  ASSERT_FALSE(s);
  EXPECT_NE(to_string(s.error()).find("chmod go-w"), std::string::npos) << to_string(s.error());
}

TEST_F(KeyState, APlaceThatIsNoDirectoryIsAnErrorWithItsRemedy) {
  std::ofstream(root_ / "plain") << "x";
  for (const auto& path : {(root_ / "plain").string(), (root_ / "plain" / "below").string(), std::string()}) {
    const auto s = key_state::open(path, host, key, per_minute(60), per_minute(60));
    ASSERT_FALSE(s) << path;
    EXPECT_NE(s.error().remedy.find("--state-dir"), std::string::npos) << to_string(s.error());
  }
}

TEST_F(KeyState, OpensWithTheSystemsOwnBootIdAndClock) {
  {
    auto s = key_state::open(directory() + "/", host, key, per_minute(60), per_minute(60));
    ASSERT_TRUE(s) << to_string(s.error());
    s->writes()[0] = {1, 2};
  }
  auto s = key_state::open(directory(), host, key, per_minute(60), per_minute(60));
  ASSERT_TRUE(s) << to_string(s.error());
  EXPECT_EQ(used(s->writes()), 1u);
  EXPECT_GT(boot_clock_now(), 0ns);
}

}  // namespace
}  // namespace pawl::run
