#include "cli/files.hpp"

#include "cli/spool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::cli {
namespace {

namespace fs = std::filesystem;

class cli_files : public ::testing::Test {
 protected:
  cli_files() : directory_(fs::temp_directory_path() / ("pawl-cli-files-" + std::to_string(::getpid()))) {
    fs::remove_all(directory_);
    fs::create_directory(directory_);
  }
  ~cli_files() override { fs::remove_all(directory_); }
  std::string path(const char* name) const { return (directory_ / name).string(); }
  void write(const char* name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path directory_;
};

TEST_F(cli_files, OnlyWhatCanBeReadOnceIsSpooled) {
  write("jobs.csv", "id\n");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(must_be_spooled("-"));
  EXPECT_TRUE(must_be_spooled(path("pipe")));
  EXPECT_FALSE(must_be_spooled(path("jobs.csv")));
  EXPECT_FALSE(must_be_spooled(path("missing.csv")));
}

TEST_F(cli_files, ASpooledPipeIsItsBytesAndPrivate) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const std::string text(1'000'000, 'x');
  std::thread writer([&] { write("pipe", text); });
  std::uint64_t seen = 0;
  auto copy = spooled_input::read(path("pipe"), path("l.input"), [&](std::uint64_t n) { seen = n; }, nullptr);
  writer.join();
  ASSERT_TRUE(copy);
  EXPECT_EQ(seen, text.size());
  EXPECT_EQ(read(copy->path()), text);
  EXPECT_EQ(fs::status(copy->path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(copy->keep_as(path("l.input")));
  EXPECT_EQ(read(path("l.input")), text);
  EXPECT_FALSE(fs::exists(path("l.input.part")));
}

TEST_F(cli_files, AProvisionalCopyGoesAndLeavesTheKeptOne) {
  write("l.input", "kept");
  write("other", "new");
  {
    auto copy = spooled_input::read(path("other"), path("l.input"), {}, nullptr);
    ASSERT_TRUE(copy);
    EXPECT_TRUE(fs::exists(path("l.input.part")));
  }
  EXPECT_FALSE(fs::exists(path("l.input.part")));
  EXPECT_EQ(read(path("l.input")), "kept");
}

TEST_F(cli_files, SpoolingStopsWhenASignalCame) {
  write("other", "new");
  const std::atomic<bool> stop{true};
  const auto copy = spooled_input::read(path("other"), path("l.input"), {}, &stop);
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().kind, failure_kind::later);
  EXPECT_FALSE(fs::exists(path("l.input.part")));
}

TEST_F(cli_files, AFullDiskWhileSpoolingIsToBeMended) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  write("other", "new");
  fs::create_symlink("/dev/full", path("l.input.part"));
  const auto copy = spooled_input::read(path("other"), path("l.input"), {}, nullptr);
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().kind, failure_kind::mend);
}

}  // namespace
}  // namespace pawl::cli
