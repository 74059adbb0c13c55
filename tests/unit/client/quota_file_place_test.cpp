// Where a quota file lies, who holds it, and what is left of it after a kill.
#include "tests/unit/client/quota_file_fixture.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <functional>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::client {
namespace {

using namespace quota_by_hand;

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
