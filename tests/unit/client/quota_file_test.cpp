#include "engine/client/quota_file.hpp"

#include "tests/unit/client/quota_file_fixture.hpp"

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

using namespace quota_by_hand;

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

TEST_F(KeyState, AFullStateSendsNothingForAWindowBehindWhatIsOnItsWay) {
  {
    ASSERT_TRUE(open());
  }
  boot("0b5a5a5e-0000-4000-8000-000000000002");
  auto s = open();
  ASSERT_TRUE(s);
  const time_point now{3h};
  pacer p(per_minute(60), s->writes(), now, clock_by_hand());
  EXPECT_EQ(p.due(p.join(now), now), now + 61s);
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

}  // namespace
}  // namespace pawl::client
