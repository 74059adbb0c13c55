#include "engine/sys/program.hpp"

#include "engine/sys/clock.hpp"
#include "engine/sys/descriptor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl {
namespace {

constexpr int look_again_ms = 20;  // chosen: how late an end, a time limit or a request to give up is seen
constexpr duration longest_dying = std::chrono::seconds{2};  // chosen: of a program that was killed

// Both ends above the three standard descriptors, so that putting one in the place of another never closes a
// third.
struct pipe_ends {
  descriptor read, write;

  // The errno; 0: it is open.
  int open() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno;
    const descriptor first(ends[0]), second(ends[1]);
    read = descriptor(::fcntl(first.get(), F_DUPFD_CLOEXEC, 3));
    write = descriptor(::fcntl(second.get(), F_DUPFD_CLOEXEC, 3));
    if (!read || !write) return errno;
    return ::fcntl(read.get(), F_SETFL, O_NONBLOCK) != 0 ? errno : 0;
  }
};

// The errno; 0: the program runs. Everything is set before the program begins, so a group can be killed as
// soon as this returns.
int spawn_program(const std::vector<std::string>& arguments, const pipe_ends& output, const pipe_ends& errors,
                  pid_t& pid) {
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (const auto& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&how);
  sigset_t all, none;
  ::sigfillset(&all);
  ::sigemptyset(&none);
  ::posix_spawnattr_setflags(
      &how, static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  ::posix_spawnattr_setpgroup(&how, 0);
  ::posix_spawnattr_setsigdefault(&how, &all);
  ::posix_spawnattr_setsigmask(&how, &none);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output.write.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, errors.write.get(), STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  const int error = ::posix_spawnp(&pid, words.front(), &files, &how, words.data(), environ);
  ::posix_spawnattr_destroy(&how);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

enum class pipe_state : std::uint8_t { nothing, some, all };

// Appends what the pipe holds now.
pipe_state drain_pipe(descriptor& from, std::string& to) {
  if (!from) return pipe_state::all;
  std::array<char, 16'384> chunk;
  const auto n = ::read(from.get(), chunk.data(), chunk.size());
  if (n > 0) {
    to.append(chunk.data(), static_cast<std::size_t>(n));
    return pipe_state::some;
  }
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return pipe_state::nothing;
  from = descriptor();
  return pipe_state::all;
}

class running_program {
 public:
  running_program(pid_t pid, const program_limits& limits, descriptor output, descriptor errors)
      : pid_(pid), limits_(limits), output_(std::move(output)), errors_(std::move(errors)) {}

  program_end to_its_end(const std::atomic<bool>& given_up) {
    const auto until = clock::now() + limits_.time;
    for (;;) {
      const bool over = has_ended();
      drain_pipes();
      if (end_.output.size() > limits_.output) return killed(program_end::how::too_much);
      if (over) return reaped();
      if (given_up) return killed(program_end::how::given_up);
      if (clock::now() >= until) return killed(program_end::how::timed_out);
      std::array<pollfd, 2> both{pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0}};
      ::poll(both.data(), both.size(), look_again_ms);  // a negative descriptor is left out
    }
  }

 private:
  // It stays a zombie meanwhile, so its number is nobody else's.
  bool has_ended() const {
    siginfo_t info{};
    const int looked = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return looked != 0 ? errno == ECHILD : info.si_pid == pid_;
  }

  // At most so much in one go, so that an endless stream does not keep the time limit from being seen.
  void drain_pipes() {
    for (int i = 0; i < 16 && end_.output.size() <= limits_.output; ++i)
      if (drain_pipe(output_, end_.output) != pipe_state::some) break;
    for (int i = 0; i < 16 && drain_pipe(errors_, end_.errors) == pipe_state::some; ++i) {
      if (end_.errors.size() <= limits_.output) continue;
      end_.errors.erase(0, end_.errors.size() - limits_.output);
      end_.errors_are_cut = true;
    }
  }

  program_end reaped() {
    int status = 0;
    if (::waitpid(pid_, &status, 0) != pid_) {
      // Whoever ignores SIGCHLD has no exit status to look at.
      end_.is = program_end::how::signalled;
    } else if (WIFEXITED(status)) {
      end_.is = program_end::how::exited;
      end_.number = WEXITSTATUS(status);
    } else {
      end_.is = program_end::how::signalled;
      end_.number = WTERMSIG(status);
    }
    return std::move(end_);
  }

  program_end killed(program_end::how why) {
    ::kill(-pid_, SIGKILL);
    const auto until = clock::now() + longest_dying;
    while (::waitpid(pid_, nullptr, WNOHANG) == 0 && clock::now() < until) ::poll(nullptr, 0, 1);
    end_.is = why;
    end_.output.resize(std::min(end_.output.size(), limits_.output));
    return std::move(end_);
  }

  pid_t pid_;
  const program_limits& limits_;
  descriptor output_, errors_;
  program_end end_;
};

}  // namespace

program_end run_program(const std::vector<std::string>& arguments, const program_limits& limits,
                        const std::atomic<bool>& given_up) {
  pipe_ends output, errors;
  pid_t pid = 0;
  int error = output.open();
  if (error == 0) error = errors.open();
  if (error == 0) error = spawn_program(arguments, output, errors, pid);
  if (error != 0) {
    program_end none;
    none.number = error;
    return none;
  }
  output.write = descriptor();
  errors.write = descriptor();
  return running_program(pid, limits, std::move(output.read), std::move(errors.read)).to_its_end(given_up);
}

}  // namespace pawl
