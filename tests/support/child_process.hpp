// Runs a program as a child of the test: arguments, environment, signals, exit, captured output. A child
// never outlives its owner or the test program.
#pragma once

#include "tests/support/files.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace pawl::test {

struct child_options {
  std::filesystem::path program;       // with its path; PATH is not searched
  std::vector<std::string> arguments;  // without the program's name
  // Added to the test's own environment; an absent value removes the variable.
  std::map<std::string, std::optional<std::string>> environment;
  std::filesystem::path working_directory;        // empty: the test's own
  std::string input;                              // the content of standard input
  std::filesystem::path output_file, error_file;  // empty: captured in a temporary directory
};

struct exit_state {
  int code = 0;    // meaningful if signal is 0
  int signal = 0;  // the signal that killed it; 0: it ended by itself
};

class child_process {
 public:
  // Throws std::system_error if the program cannot be started.
  explicit child_process(const child_options&);
  // Kills (SIGKILL) the child if it still runs, and waits for it.
  ~child_process();
  child_process(child_process&&) noexcept;
  child_process& operator=(child_process&&) noexcept;

  pid_t pid() const;
  bool running();
  // Sends a signal to the child; does nothing once the child has ended.
  void signal(int number);
  // Waits for the end; absent: the child still runs after this time.
  std::optional<exit_state> wait_for(std::chrono::milliseconds);
  // Waits for the end. If the time runs out, kills the child and throws std::runtime_error with its output.
  exit_state wait(std::chrono::milliseconds limit = std::chrono::seconds{60});
  void kill();  // SIGKILL, and waits

  // What the child has written so far.
  std::string output() const;
  std::string errors() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

struct child_result {
  int exit_code = 0;  // 128 + signal if one killed it, as in a shell
  std::string output, errors;
  std::chrono::milliseconds elapsed{0};
};

// Starts the program, waits for its end, and collects its output.
child_result run_child(const child_options&, std::chrono::milliseconds limit = std::chrono::seconds{60});

}  // namespace pawl::test
