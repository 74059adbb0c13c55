#include "tests/support/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 does not give this header C linkage.
extern "C" {
#include <sys/pidfd.h>
}

extern char** environ;

namespace pawl::test {
namespace {

[[noreturn]] void throw_errno(const std::string& doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

class descriptor {
 public:
  explicit descriptor(int fd = -1) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

descriptor open_file(const std::filesystem::path& file, int flags) {
  descriptor opened{::open(file.c_str(), flags | O_CLOEXEC, 0600)};
  if (opened.get() < 0) throw_errno("cannot open " + file.string());
  return opened;
}

std::vector<std::string> merged_environment(
    const std::map<std::string, std::optional<std::string>>& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) merged.push_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (value) merged.push_back(name + '=' + *value);
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

struct child_process::state {
  temp_dir capture;
  std::filesystem::path output_file, error_file;
  std::filesystem::path program;
  pid_t pid = -1;
  descriptor handle;  // a pidfd: readable when the process has ended
  std::optional<exit_state> ended;

  // True once the child has been reaped. With `block` it waits for that.
  bool reap(bool block) {
    if (ended) return true;
    int status = 0;
    pid_t got = 0;
    do got = ::waitpid(pid, &status, block ? 0 : WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got < 0) throw_errno("waitpid");
    if (got == 0) return false;
    ended.emplace();
    if (WIFSIGNALED(status)) {
      ended->signal = WTERMSIG(status);
    } else {
      ended->code = WEXITSTATUS(status);
    }
    return true;
  }
};

child_process::child_process(const child_options& wanted) : state_(std::make_unique<state>()) {
  state& s = *state_;
  s.program = wanted.program;
  s.output_file = wanted.output_file.empty() ? s.capture / "output" : wanted.output_file;
  s.error_file = wanted.error_file.empty() ? s.capture / "errors" : wanted.error_file;
  write_file(s.capture / "input", wanted.input);
  const descriptor in = open_file(s.capture / "input", O_RDONLY);
  const descriptor out = open_file(s.output_file, O_WRONLY | O_CREAT | O_TRUNC);
  const descriptor err = open_file(s.error_file, O_WRONLY | O_CREAT | O_TRUNC);

  std::vector<std::string> argument_texts{wanted.program.string()};
  argument_texts.insert(argument_texts.end(), wanted.arguments.begin(), wanted.arguments.end());
  std::vector<std::string> environment_texts = merged_environment(wanted.environment);
  const std::vector<char*> arguments = pointers(argument_texts), environment = pointers(environment_texts);
  const std::string directory = wanted.working_directory.string();

  int failure_pipe[2];  // carries the errno of a failed exec; a successful exec closes it
  if (::pipe2(failure_pipe, O_CLOEXEC) != 0) throw_errno("pipe2");
  const descriptor failure_in{failure_pipe[0]};
  descriptor failure_out{failure_pipe[1]};

  s.pid = ::fork();
  if (s.pid < 0) throw_errno("fork");
  if (s.pid == 0) {
    // Only calls that are safe between fork and exec in a program with threads are made here.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const bool ready = ::dup2(in.get(), 0) == 0 && ::dup2(out.get(), 1) == 1 && ::dup2(err.get(), 2) == 2 &&
                       (directory.empty() || ::chdir(directory.c_str()) == 0);
    if (ready) ::execve(arguments[0], arguments.data(), environment.data());
    const int why = errno;
    if (::write(failure_out.get(), &why, sizeof why) < 0) ::_exit(126);
    ::_exit(127);
  }
  failure_out = descriptor{};  // closes the parent's end, so that reading ends when the child's end is closed
  int why = 0;
  ssize_t got = 0;
  do got = ::read(failure_in.get(), &why, sizeof why);
  while (got < 0 && errno == EINTR);
  if (got > 0) {
    s.reap(true);
    errno = why;
    throw_errno("cannot start " + wanted.program.string());
  }
  s.handle = descriptor{::pidfd_open(s.pid, 0)};
  if (s.handle.get() < 0) throw_errno("pidfd_open");
}

child_process::child_process(child_process&&) noexcept = default;

child_process& child_process::operator=(child_process&& other) noexcept {
  if (state_) kill();
  state_ = std::move(other.state_);
  return *this;
}

child_process::~child_process() {
  if (state_) kill();
}

pid_t child_process::pid() const {
  return state_->pid;
}

bool child_process::running() {
  return !state_->reap(false);
}

void child_process::signal(int number) {
  if (running() && ::kill(state_->pid, number) != 0) throw_errno("kill");
}

std::optional<exit_state> child_process::wait_for(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!state_->reap(false)) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd ended{state_->handle.get(), POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(left.count()) + 1) < 0 && errno != EINTR) throw_errno("poll");
  }
  return state_->ended;
}

exit_state child_process::wait(std::chrono::milliseconds limit) {
  if (const auto ended = wait_for(limit)) return *ended;
  kill();
  throw std::runtime_error(state_->program.string() + " did not end in " + std::to_string(limit.count()) +
                           " ms\noutput: " + output() + "\nerrors: " + errors());
}

void child_process::kill() {
  if (state_->reap(false)) return;
  ::kill(state_->pid, SIGKILL);
  state_->reap(true);
}

std::string child_process::output() const {
  return read_file_if_there(state_->output_file);
}

std::string child_process::errors() const {
  return read_file_if_there(state_->error_file);
}

child_result run_child(const child_options& wanted, std::chrono::milliseconds limit) {
  const auto start = std::chrono::steady_clock::now();
  child_process child{wanted};
  const exit_state ended = child.wait(limit);
  child_result result;
  result.exit_code = ended.signal != 0 ? 128 + ended.signal : ended.code;
  result.output = child.output();
  result.errors = child.errors();
  result.elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  return result;
}

}  // namespace pawl::test
