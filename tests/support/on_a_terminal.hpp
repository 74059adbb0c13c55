// A program on a terminal of its own: what it shows, what is typed, and how it ends. Where the machine has no
// terminals to give (a container without /dev/pts), the tests that need one say so and are skipped:
//
//   TEST(Question, IsAsked) {
//     PAWL_NEEDS_A_TERMINAL();
//     on_a_terminal run{command};
#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::test {

// Why no pseudo-terminal can be had here; empty: one can.
inline std::string no_terminal() {
  int outer = -1, inner = -1;
  if (::openpty(&outer, &inner, nullptr, nullptr, nullptr) != 0) return std::strerror(errno);
  ::close(inner);
  ::close(outer);
  return {};
}

// In a test's body or its SetUp().
#define PAWL_NEEDS_A_TERMINAL()                                           \
  if (const auto why_not = ::pawl::test::no_terminal(); !why_not.empty()) \
  GTEST_SKIP() << "NOT TESTED: this machine gives out no pseudo-terminal: " << why_not

// The program as the foreground of a terminal of its own.
class on_a_terminal {
 public:
  explicit on_a_terminal(const child_options& options) {
    std::vector<std::string> words{options.program.string()};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "no terminal");
    if (pid_ == 0) {
      for (const auto& [name, value] : options.environment)
        value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
      ::setenv("TERM", "xterm", 1);
      if (::chdir(options.working_directory.c_str()) == 0) ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::fcntl(terminal_, F_SETFL, O_NONBLOCK);
  }
  ~on_a_terminal() {
    close();
    if (pid_ > 0 && !ended_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  on_a_terminal(const on_a_terminal&) = delete;
  on_a_terminal& operator=(const on_a_terminal&) = delete;

  // A terminal shows what is written; unread, it would hold the program back.
  void read() {
    char bytes[4096];
    for (ssize_t n; (n = ::read(terminal_, bytes, sizeof bytes)) > 0;)
      shown_.append(bytes, static_cast<std::size_t>(n));
  }
  const std::string& shown() const { return shown_; }
  void type(char c) { ASSERT_EQ(::write(terminal_, &c, 1), 1); }
  void type(std::string_view text) {
    for (const char c : text) type(c);
  }
  // Reads until this text was shown; false: it was not, in time.
  bool wait_for(const std::string& text) {
    return wait_until([&] {
      read();
      return shown_.find(text) != std::string::npos;
    });
  }
  // The window is closed.
  void close() {
    if (terminal_ >= 0) ::close(std::exchange(terminal_, -1));
  }
  // The exit code, 128 + signal where one killed it; -1: still running after the time.
  int wait() {
    int state = 0;
    const auto over = wait_until([&] {
      if (terminal_ >= 0) read();
      return ::waitpid(pid_, &state, WNOHANG) == pid_;
    });
    if (!over) return -1;
    ended_ = true;
    return WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
  }

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
  bool ended_ = false;
  std::string shown_;
};

}  // namespace pawl::test
