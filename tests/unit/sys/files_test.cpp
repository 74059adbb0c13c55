#include "engine/sys/files.hpp"

#include "engine/app/open_input.hpp"
#include "engine/input/spool.hpp"
#include "engine/sys/complete_output.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl {
namespace {

namespace fs = std::filesystem;

class cli_files : public ::testing::Test {
 protected:
  cli_files() : directory_(fs::temp_directory_path() / ("pawl-cli-files-" + std::to_string(::getpid()))) {
    fs::remove_all(directory_);
    fs::create_directory(directory_);
  }
  ~cli_files() override { fs::remove_all(directory_); }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write(const char* name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path directory_;
};

// In a child, whose descriptors are its own.
TEST_F(cli_files, FillsDescriptorsThatAreClosed) {
  for (const std::vector<int>& closed : {std::vector<int>{}, {0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}}) {
    const auto child = ::fork();
    if (child == 0) {
      for (const int fd : closed) ::close(fd);
      bool good = fill_standard_descriptors();
      const int next = ::open(path("next").c_str(), O_WRONLY | O_CREAT, 0600);
      good = good && next > 2;
      char byte = 0;
      // Using what was closed is the error that it was.
      for (const int fd : closed)
        good = good && (fd == 0 ? ::read(fd, &byte, 1) : ::write(fd, &byte, 1)) == -1 && errno == EBADF;
      ::_exit(good ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << closed.size() << " closed";
  }
}

TEST_F(cli_files, TellsTheLastLineOfWhatWasCutOff) {
  struct row {
    std::string text;
    const char* place;  // null: it has an end
    const char* shown;
  };
  const std::string filler(300'000, 'x');
  const std::vector<row> table{
      {"", nullptr, ""},
      {"id,title\nt1,a\n", nullptr, ""},
      {"id,title\r\nt1,a\r\n", nullptr, ""},
      {"id,title\nt1,a\n  \t", nullptr, ""},
      {" ", nullptr, ""},
      {"title,id\na,100", "stdin:2", "a,100"},
      {"id,ti", "stdin:1", "id,ti"},
      {"{\"id\":\"t1\",\"title\":\"a\"}", "stdin:1", "{\"id\":\"t1\",\"title\":\"a\"}"},
      {"id,title\nt1,\"two\nlines", "stdin:3", "lines"},
      {"id,title\nt1,\x1b[31m\r", "stdin:2", "t1,\\x1b[31m\\r"},
      {"id,title\nt1," + filler + "\nt2,b", "stdin:3", "t2,b"},
      {"id,title\nt1,a\nt2," + filler, "stdin:3", "xxx..."},
  };
  for (const auto& r : table) {
    for (const std::size_t block : {std::size_t{1}, std::size_t{7}, r.text.size() + 1}) {
      input::last_line end;
      for (std::size_t at = 0; at < r.text.size(); at += block)
        end.add(std::string_view(r.text).substr(at, block));
      const auto open = end.open();
      ASSERT_EQ(open.has_value(), r.place != nullptr) << r.text.substr(0, 40);
      if (!open) continue;
      const auto refused = app::refuse_open_end(*open, "stdin");
      EXPECT_EQ(refused.kind, failure_kind::usage);
      EXPECT_EQ(refused.place, r.place);
      EXPECT_TRUE(refused.what.ends_with(r.shown)) << refused.what;
      EXPECT_LT(refused.what.size(), 300u);
      EXPECT_NE(refused.remedy.find("--allow-open-end"), std::string::npos);
    }
  }
}

TEST_F(cli_files, OnlyWhatCanBeReadOnceIsSpooled) {
  write("jobs.csv", "id\n");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(input::must_be_spooled("-"));
  EXPECT_TRUE(input::must_be_spooled(path("pipe")));
  EXPECT_FALSE(input::must_be_spooled(path("jobs.csv")));
  EXPECT_FALSE(input::must_be_spooled(path("missing.csv")));
}

TEST_F(cli_files, ASpooledPipeIsItsBytesAndPrivate) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const std::string text(1'000'000, 'x');
  std::thread writer([&] { write("pipe", text); });
  std::uint64_t seen = 0;
  auto copy =
      input::spooled_input::read(path("pipe"), path("l.input"), [&](std::uint64_t n) { seen = n; }, nullptr);
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
    auto copy = input::spooled_input::read(path("other"), path("l.input"), {}, nullptr);
    ASSERT_TRUE(copy);
    EXPECT_TRUE(fs::exists(path("l.input.part")));
  }
  EXPECT_FALSE(fs::exists(path("l.input.part")));
  EXPECT_EQ(read(path("l.input")), "kept");
}

TEST_F(cli_files, SpoolingStopsWhenASignalCame) {
  write("other", "new");
  const std::atomic<bool> stop{true};
  const auto copy = input::spooled_input::read(path("other"), path("l.input"), {}, &stop);
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().kind, failure_kind::later);
  EXPECT_FALSE(fs::exists(path("l.input.part")));
}

TEST_F(cli_files, AFullDiskWhileSpoolingIsToBeMended) {
  write("other", "new");
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit room{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &room), 0);
  const struct rlimit none{0, room.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  const auto copy = input::spooled_input::read(path("other"), path("l.input"), {}, nullptr);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &room), 0);
  std::signal(SIGXFSZ, before);
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().kind, failure_kind::mend);
}

TEST_F(cli_files, WhatIsWrittenFollowsNoLinkAndWaitsForNoPipe) {
  write("precious", "kept");
  fs::create_symlink("precious", path("link"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);

  EXPECT_FALSE(open_to_append(path("link")));
  EXPECT_FALSE(open_to_append(path("pipe")));
  EXPECT_FALSE(open_to_append(directory_.string()));
  EXPECT_TRUE(open_to_append(path("new")));
  EXPECT_TRUE(open_to_append("/dev/null"));
  EXPECT_TRUE(open_to_append("/dev/stderr"));

  // A link that lies in the way of a temporary file goes, and what it leads to stays.
  EXPECT_FALSE(write_all(open_anew(path("link"), 0600).get(), "new"));
  EXPECT_EQ(read(path("precious")), "kept");
  EXPECT_FALSE(fs::is_symlink(path("link")));

  fs::create_symlink("precious", path("s.json.tmp." + std::to_string(::getpid())));
  EXPECT_FALSE(replace_file(path("s.json"), "summary"));
  EXPECT_EQ(read(path("precious")), "kept");
  EXPECT_EQ(read(path("s.json")), "summary");

  fs::create_symlink("precious", path("l.input.part"));
  const auto copy = input::spooled_input::read(path("precious"), path("l.input"), {}, nullptr);
  ASSERT_TRUE(copy);
  EXPECT_EQ(read(path("precious")), "kept");
}

TEST_F(cli_files, AnOutputIsRefusedWhereALinkAPipeOrADirectoryIs) {
  write("precious", "kept");
  fs::create_symlink("precious", path("link"));
  fs::create_symlink("nowhere", path("dangling"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  for (const auto* name : {"link", "dangling", "pipe", "."}) {
    const auto out = complete_output::open(path(name));
    ASSERT_FALSE(out) << name;
    EXPECT_EQ(out.error().kind, failure_kind::usage) << name;
  }
  EXPECT_EQ(read(path("precious")), "kept");
  EXPECT_FALSE(fs::exists(path("nowhere")));
}

}  // namespace
}  // namespace pawl
