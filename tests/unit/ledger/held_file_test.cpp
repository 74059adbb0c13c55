// The lock of a ledger is of the file, whatever names lead to it, and a run sees when its name leads
// elsewhere.
#include "engine/ledger/held_file.hpp"

#include "tests/unit/ledger/ledger_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::ledger {
namespace {

using namespace testing;
namespace fs = std::filesystem;

class HeldFile : public ::testing::Test {
 protected:
  static std::string opening(const std::string& name, access how = access::read_write) {
    const auto opened = ledger_file::open(name, how);
    if (opened) return "opened";
    const char* kinds[] = {"usage", "later", "mend"};
    return std::string{kinds[static_cast<int>(opened.error().kind)]} + " " + to_string(opened.error());
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
  std::string other = directory / "other.ledger";
};

TEST_F(HeldFile, RefusesASymbolicLinkAndNamesWhatItLeadsTo) {
  begin(path, 10);
  fs::create_symlink(path, other);
  const auto text = opening(other);
  EXPECT_TRUE(text.starts_with("usage ") && has(text, "is a symbolic link") && has(text, "--ledger: " + path))
      << text;
  EXPECT_EQ(opening(other, access::read_only), "opened");
  // One that leads nowhere makes no file there.
  fs::create_symlink(directory / "nowhere", directory / "loose");
  EXPECT_TRUE(opening(directory / "loose").starts_with("usage "));
  EXPECT_FALSE(fs::exists(directory / "nowhere"));
}

TEST_F(HeldFile, RefusesAFileWithASecondName) {
  begin(path, 10);
  fs::create_hard_link(path, other);
  for (const auto& name : {path, other}) {
    const auto text = opening(name);
    EXPECT_TRUE(text.starts_with("usage ") && has(text, "has 2 names (hard links)")) << text;
  }
  fs::remove(other);
  EXPECT_EQ(opening(path), "opened");
}

TEST_F(HeldFile, ARemovedLockFileLetsNobodyIn) {
  auto made = begin(path, 10);
  fs::remove(path + ".lock");
  // In this process too: an flock is of the open file.
  auto text = opening(path);
  EXPECT_TRUE(text.starts_with("later ") && has(text, "pid " + std::to_string(::getpid()))) << text;
  EXPECT_TRUE(has(text, "uses this ledger: " + path)) << text;
  EXPECT_TRUE(has(must(ledger_file::running(path)).value_or(""), "pid " + std::to_string(::getpid())));
  // Nor a name that was made meanwhile.
  fs::create_hard_link(path, other);
  text = opening(other);
  EXPECT_TRUE(text.starts_with("later ")) << text;
}

TEST_F(HeldFile, RefusesWhatIsNoFileWithoutWaitingForIt) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(has(opening(path), "is not a regular file"));
  fs::create_directory(other);
  EXPECT_TRUE(has(opening(other), "is a directory"));
}

TEST_F(HeldFile, TheLockFileIsNotFollowedAndNothingElseIsWrittenOver) {
  const auto precious = directory / "precious";
  std::ofstream(precious) << "mine";
  fs::create_symlink(precious, path + ".lock");
  EXPECT_TRUE(opening(path).starts_with("mend "));
  fs::remove(path + ".lock");
  fs::create_hard_link(precious, path + ".lock");
  EXPECT_TRUE(opening(path).starts_with("mend "));
  EXPECT_EQ(fs::file_size(precious), 4u);
}

TEST_F(HeldFile, SaysWhatBecameOfTheName) {
  {
    auto made = begin(path, 10);
    EXPECT_TRUE(made.file.in_place());
    fs::rename(path, other);
    auto there = made.file.in_place();
    ASSERT_FALSE(there);
    EXPECT_EQ(there.error().kind, failure_kind::mend);
    EXPECT_TRUE(has(there.error().what, "moved away")) << there.error().what;
    EXPECT_TRUE(has(there.error().what, "stays true")) << there.error().what;
    fs::rename(other, path);
    EXPECT_TRUE(made.file.in_place());
    fs::remove(path);
    there = made.file.in_place();
    ASSERT_FALSE(there);
    EXPECT_TRUE(has(there.error().what, "was removed")) << there.error().what;
    EXPECT_TRUE(has(there.error().what, "are lost")) << there.error().what;
    std::ofstream(path) << "another";
    there = made.file.in_place();
    ASSERT_FALSE(there);
    EXPECT_TRUE(has(there.error().what, "replaced")) << there.error().what;
  }
  fs::remove(path);
  auto made = begin(path, 10);
  fs::rename(directory.path(), directory.path() + ".away");
  const auto there = made.file.in_place();
  fs::rename(directory.path() + ".away", directory.path());
  EXPECT_FALSE(there);
  EXPECT_TRUE(made.file.in_place());
}

// SQLite's own locks (fcntl) go with any descriptor of the file that is closed in the process.
TEST_F(HeldFile, HoldsTheConnectionsOwnLocksAsLongAsTheConnection) {
  auto made = begin(path, 10);
  ASSERT_FALSE(ledger_file::open(path, access::read_write));
  ASSERT_TRUE(must(ledger_file::running(path)));
  const auto child = ::fork();
  if (child == 0) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    // The shared range of SQLite: the connection of a ledger in WAL mode reads it for its whole life.
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000002;
    lock.l_len = 510;
    ::_exit(::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_RDLCK ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace pawl::ledger
