#include "engine/sys/whole_file.hpp"

#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl {
namespace {

class whole_file : public ::testing::Test {
 protected:
  whole_file() {
    std::string name = (std::filesystem::temp_directory_path() / "pawl-whole-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~whole_file() override { std::filesystem::remove_all(directory_); }

  std::string path(const char* name) const { return (directory_ / name).string(); }
  std::error_code read(const std::string& of, if_pipe named = if_pipe::refused, std::size_t bound = 100) {
    return read_whole_file(of, bound, named, text_);
  }

  std::filesystem::path directory_;
  std::string text_;
};

TEST_F(whole_file, IsReadUpToItsBoundAndOneByteMore) {
  std::ofstream(path("file")) << "0123456789";
  EXPECT_FALSE(read(path("file")));
  EXPECT_EQ(text_, "0123456789");
  EXPECT_FALSE(read(path("file"), if_pipe::refused, 4));
  EXPECT_EQ(text_, "01234");
  EXPECT_EQ(read(path("missing")), std::errc::no_such_file_or_directory);
  EXPECT_EQ(read(directory_.string()), std::errc::is_a_directory);
}

TEST_F(whole_file, IsNoPipeUnlessOneMayBe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read(path("pipe")), std::errc::invalid_argument);
  EXPECT_EQ(read("/dev/null"), std::errc::invalid_argument);
  EXPECT_FALSE(read("/dev/null", if_pipe::awaited));
  EXPECT_EQ(text_, "");
}

TEST_F(whole_file, IsAwaitedWhereItIsAPipe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::thread writer([this] {
    const int fd = ::open(path("pipe").c_str(), O_WRONLY);  // returns once there is a reader
    const auto is_empty = [fd] {
      int unread = 1;
      return ::ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
    };
    for (const std::string part : {"one ", "two"}) {
      EXPECT_TRUE(test::wait_until(is_empty));
      EXPECT_EQ(::write(fd, part.data(), part.size()), static_cast<ssize_t>(part.size()));
    }
    ::close(fd);
  });
  EXPECT_FALSE(read(path("pipe"), if_pipe::awaited));
  writer.join();
  EXPECT_EQ(text_, "one two");
}

}  // namespace
}  // namespace pawl
