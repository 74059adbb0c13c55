#include "engine/client/quota_file.hpp"

#include "engine/client/quota_file_layout.hpp"

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
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::client {
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

std::size_t used(std::span<const slot_entry> entries) {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries, [](auto& e) { return e.sent != 0 || e.closed != 0; }));
}
std::int64_t on_its_way() {
  return slot_entry::on_its_way(test_now).closed;
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
  EXPECT_EQ(closings(s->writes()), (std::vector<std::int64_t>{7, on_its_way()}));
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
      {"other counts than the checksum says", damage(offsetof(quota_file_header, write_entries), 1)},
      {"a broken checksum", damage(offsetof(quota_file_header, checksum), 0x40)},
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
    auto s = quota_file_access::open(directory(), host, key, {}, per_minute(1'000), system());
    ASSERT_TRUE(s);
    EXPECT_TRUE(s->writes().empty());
  }
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_TRUE(full(s->writes()));
  EXPECT_EQ(used(s->reads()), 0u);
}

TEST_F(KeyState, AnEntryThatIsTornOrAlteredCountsAsOnItsWay) {
  const auto entry = [](std::size_t n) { return quota_file_header::entries_offset + n * sizeof(slot_entry); };
  struct row {
    const char* name;
    std::size_t at;
    std::string by;
  };
  const row rows[] = {{"sent", entry(0), std::string(1, '\x55')},
                      {"closed", entry(0) + 8, std::string(8, '\0')},
                      {"its check", entry(0) + 16, std::string(1, '\x55')},
                      {"wiped", entry(0), std::string(sizeof(slot_entry), '\0')},
                      {"an unused one", entry(5), std::string(1, '\x55')},
                      {"an unused one wiped", entry(5), std::string(sizeof(slot_entry), '\0')}};
  for (const auto& r : rows) {
    SetUp();
    {
      auto s = open();
      ASSERT_TRUE(s) << r.name;
      s->writes()[0] = {5, 7};
    }
    auto text = bytes();
    text.replace(r.at, r.by.size(), r.by);
    write(text);
    auto s = open();
    ASSERT_TRUE(s) << r.name;
    EXPECT_EQ(std::ranges::count(s->writes(), on_its_way(), &slot_entry::closed), 1) << r.name;
    EXPECT_EQ(used(s->writes()), r.at == entry(5) ? 2u : 1u) << r.name;
    EXPECT_EQ(used(s->reads()), 0u) << r.name;
    TearDown();
  }
  SetUp();
}

TEST_F(KeyState, TheKeyAloneNamesTheFileAndNothingOfItIsReadable) {
  const auto name = quota_file_name(host, key);
  EXPECT_EQ(name.size(), 6u + 64u);
  EXPECT_NE(name, quota_file_name(host, secret("another")));
  for (const auto* alias : {"API.Example.com:443", "api.example.com.:443", "10.0.0.7", "another.example"})
    EXPECT_EQ(name, quota_file_name(alias, key)) << alias;
  // Without a key the host is all there is.
  const auto no_key = quota_file_name("api.example.com:444", {});
  EXPECT_EQ(no_key, quota_file_name("API.example.com.:444", {}));
  EXPECT_NE(no_key, quota_file_name("api.example.com:445", {}));
  EXPECT_NE(no_key, quota_file_name("api.example.com", {}));
  EXPECT_EQ(quota_file_name("h", {}), quota_file_name("H.", {}));
  EXPECT_NE(quota_file_name("[::1]:80", {}), quota_file_name("[::1]", {}));
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

TEST_F(KeyState, AnotherNameOfTheHostFindsTheSameWindows) {
  {
    auto s = open();
    ASSERT_TRUE(s);
    s->writes()[0] = {5, 7};
  }
  auto s =
      quota_file_access::open(directory(), "localhost:8443", key, per_minute(60), per_minute(60), system());
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 1u);
}

// ---- files of earlier versions ----

class EarlierKeyState : public KeyState {
 protected:
  // As an earlier version wrote it: two numbers each, writes first.
  fs::path leave(std::string_view of_host, const secret& of_key, const std::vector<slot_entry>& writes,
                 const std::string& boot_of_file = "0b5a5a5e-0000-4000-8000-000000000001") {
    quota_file_header h{};
    std::memcpy(h.magic, quota_file_header::earlier_magic, sizeof h.magic);
    h.entry_size = quota_file_header::earlier_entry_size;
    h.write_entries = static_cast<std::uint32_t>(writes.size());
    h.read_entries = 1;
    std::memcpy(h.boot_id, boot_of_file.data(), boot_of_file.size());
    h.checksum = checksum_of(h);
    std::string text(quota_file_header::entries_offset, '\0');
    std::memcpy(text.data(), &h, sizeof h);
    const auto add = [&text](std::int64_t n) { text.append(reinterpret_cast<const char*>(&n), sizeof n); };
    for (const auto& e : writes) add(e.sent), add(e.closed);
    add(0), add(0);
    fs::create_directories(directory());
    fs::permissions(directory(), fs::perms(0700));
    const auto path = fs::path(directory()) / earlier_quota_file_name(of_host, of_key);
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, fs::perms(0600));
    return path;
  }
};

TEST_F(EarlierKeyState, IsTakenOverAndRemoved) {
  for (const std::string_view spelling : {"api.example.com:443", "api.example.com.:443"}) {
    SetUp();
    const auto left = leave(spelling, key, {{5, 7}, {0, 0}, {8, 0}});
    auto s = open();
    ASSERT_TRUE(s) << to_string(s.error());
    EXPECT_EQ(used(s->writes()), 2u) << spelling;
    EXPECT_EQ(std::ranges::count(s->writes(), on_its_way(), &slot_entry::closed), 1) << "that was in flight";
    EXPECT_FALSE(fs::exists(left)) << spelling;
    TearDown();
  }
  SetUp();
}

TEST_F(EarlierKeyState, IsAddedToAFileThatIsThere) {
  {
    auto s = open();
    ASSERT_TRUE(s);
    s->writes()[0] = {5, 7};
  }
  leave(host, key, {{8, 9}, {0, 0}});
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 2u);
}

TEST_F(EarlierKeyState, OfAnotherBootOrTornCountsAsFull) {
  leave(host, key, {{8, 9}, {0, 0}}, "0b5a5a5e-0000-4000-8000-000000000002");
  {
    auto s = open();
    ASSERT_TRUE(s);
    EXPECT_TRUE(full(s->writes()));
  }
  const auto left = leave(host, key, {{8, 9}, {0, 0}});
  fs::resize_file(left, 4'100);
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_TRUE(full(s->writes()));
}

TEST_F(EarlierKeyState, OfAnotherNameIsCountedByABrandNewFileAndStays) {
  const auto left = leave("10.0.0.7", key, {{5, 7}, {0, 0}});
  const auto other = leave("other.example", secret("another"), {{8, 9}, {0, 0}});
  const auto of_another_boot = leave("old.example", key, {{8, 9}}, "0b5a5a5e-0000-4000-8000-000000000002");
  {
    auto s = open();
    ASSERT_TRUE(s);
    EXPECT_EQ(used(s->writes()), 2u);
  }
  for (const auto& path : {left, other, of_another_boot}) EXPECT_TRUE(fs::exists(path));
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 2u) << "once";
}

TEST_F(EarlierKeyState, ThatIsInUseRefuses) {
  const auto left = leave(host, key, {{5, 7}, {0, 0}});
  const int fd = ::open(left.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX | LOCK_NB), 0);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, failure_kind::later);
  EXPECT_FALSE(fs::exists(file())) << "the next one finds it brand-new";
  ::close(fd);
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 1u);
}

// ---- what others know ----

TEST_F(KeyState, ABrandNewFileHasWhatTheLedgerKnows) {
  int asked = 0;
  const past_writes past = [&]() -> expected<std::vector<duration>> {
    ++asked;
    return std::vector<duration>{0s, 20ns, 900h};
  };
  const auto open_with = [&] {
    return quota_file_access::open(directory(), host, key, per_minute(60), per_minute(60), system(), past);
  };
  {
    auto s = open_with();
    ASSERT_TRUE(s);
    EXPECT_EQ(used(s->writes()), 3u);
    EXPECT_EQ(s->writes()[0].closed, test_now);
    EXPECT_EQ(s->writes()[1].closed, test_now - 20);
    EXPECT_EQ(s->writes()[2].closed, 1);
    EXPECT_EQ(used(s->reads()), 0u);
  }
  ASSERT_TRUE(open_with());
  EXPECT_EQ(asked, 1) << "one that is there has its own record";
}

TEST_F(KeyState, MoreThanFitsLeavesTheYoungest) {
  const past_writes past = []() -> expected<std::vector<duration>> {
    std::vector<duration> ages;
    for (int i = 0; i < 3'000; ++i) ages.push_back(i * 1ns);
    return ages;
  };
  auto s = quota_file_access::open(directory(), host, key, per_minute(60), per_minute(60), system(), past);
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 1'084u);
  EXPECT_EQ(std::ranges::min(s->writes(), {}, &slot_entry::closed).closed, test_now - 1'083);
}

// A busy machine may take a while between the ledger's answer and the next line.
TEST_F(KeyState, TimeThatPassesWhileTheLedgerIsAskedMakesNoWriteOlder) {
  std::int64_t closed = 0;
  const past_writes past = [&closed]() -> expected<std::vector<duration>> {
    test_now += 5'000'000'000;
    closed = test_now - 20;
    return std::vector<duration>{20ns};
  };
  auto s = quota_file_access::open(directory(), host, key, per_minute(60), per_minute(60), system(), past);
  ASSERT_TRUE(s);
  EXPECT_GE(s->writes()[0].closed, closed);
}

TEST_F(KeyState, WhereTheLedgerCannotBeAskedTheNextOneAsksAgain) {
  const past_writes past = []() -> expected<std::vector<duration>> {
    return failure{failure_kind::mend, "ledger", "cannot be read", ""};
  };
  EXPECT_FALSE(quota_file_access::open(directory(), host, key, per_minute(60), {}, system(), past));
  EXPECT_FALSE(fs::exists(file()));
}

// ---- the file in its place ----

TEST_F(KeyState, AFileThatIsRemovedIsMadeAgainWithWhatItHeld) {
  auto s = open();
  ASSERT_TRUE(s);
  const auto entries = s->writes();
  entries[0] = {5, 7};
  time_point now{1h};
  EXPECT_TRUE(s->keep_file(now));
  fs::remove_all(directory());
  EXPECT_TRUE(s->keep_file(now + 999ms));
  EXPECT_FALSE(fs::exists(file())) << "looks once a second";
  ASSERT_TRUE(s->keep_file(now + 1s));
  ASSERT_TRUE(fs::exists(file()));
  EXPECT_EQ(s->writes().data(), entries.data());
  EXPECT_FALSE(open()) << "the lock is of the new file";
  entries[1] = {8, 9};
  {
    const auto gone = std::move(*s);
  }
  auto next = open();
  ASSERT_TRUE(next) << to_string(next.error());
  EXPECT_EQ(used(next->writes()), 2u);
}

TEST_F(KeyState, AFileThatIsReplacedIsAnError) {
  auto s = open();
  ASSERT_TRUE(s);
  fs::remove(file());
  auto other = open();
  ASSERT_TRUE(other);
  const auto kept = s->keep_file(time_point{1h});
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind, failure_kind::mend);
  EXPECT_NE(to_string(kept.error()).find("replaced"), std::string::npos) << to_string(kept.error());
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
  quota_file moved = std::move(*s);
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
  EXPECT_NE(text.find("pid " + std::to_string(child)), std::string::npos) << text;
  EXPECT_NE(text.find("(pawl run jobs.csv)"), std::string::npos) << text;
  EXPECT_NE(text.find(" UTC"), std::string::npos) << text;
  EXPECT_EQ(text.find("password"), std::string::npos) << text;
  // Another key is free.
  EXPECT_TRUE(quota_file_access::open(directory(), host, secret("another"), per_minute(60), {}, system()));

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
    const auto s = quota_file::open(path, host, key, per_minute(60), per_minute(60));
    ASSERT_FALSE(s) << path;
    EXPECT_NE(s.error().remedy.find("--state-dir"), std::string::npos) << to_string(s.error());
  }
}

TEST_F(KeyState, OpensWithTheSystemsOwnBootIdAndClock) {
  {
    auto s = quota_file::open(directory() + "/", host, key, per_minute(60), per_minute(60));
    ASSERT_TRUE(s) << to_string(s.error());
    s->writes()[0] = {1, 2};
  }
  auto s = quota_file::open(directory(), host, key, per_minute(60), per_minute(60));
  ASSERT_TRUE(s) << to_string(s.error());
  EXPECT_EQ(used(s->writes()), 1u);
  EXPECT_GT(boot_clock_now(), 0ns);
}

}  // namespace
}  // namespace pawl::client
