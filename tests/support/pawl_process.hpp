// Runs pawl as users do, connected to a sandbox: token in the environment, CA, base URL, and a directory of
// its own for input, ledger and state. The program is that of this build, or the one that PAWL_BINARY in the
// environment names (PAWL_SANDBOX_BINARY for the sandbox).
#pragma once

#include "tests/support/sandbox_process.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {

// The directory of one user. Runs in it share quota and ledgers, as they do on a user's machine.
class pawl_workspace {
 public:
  // Without a sandbox, it serves commands that send nothing. The sandbox must outlive the workspace.
  pawl_workspace() = default;
  explicit pawl_workspace(const sandbox_process& sandbox,
                          std::string key = std::string{sandbox_process::default_key})
      : sandbox_(&sandbox), key_(std::move(key)) {}

  const temp_dir& files() const { return files_; }
  std::filesystem::path state_dir() const { return files_ / "state"; }
  // Writes an input and returns its path. Its ledger lies beside it.
  std::filesystem::path input(std::string_view name, std::string_view content) const;
  static std::filesystem::path ledger_of(const std::filesystem::path& input) {
    return input.string() + ".ledger";
  }

  // The command line for `pawl ARGUMENTS...`. For commands that talk to the API (run, plan, verify, pull,
  // doctor) it adds --base-url, --ca-file and --token-env unless they are among the arguments. Proxies and
  // keys of the test's own environment are removed. Tests may change the result.
  child_options command(std::vector<std::string> arguments) const;
  child_process start(std::vector<std::string> arguments) const {
    return child_process{command(std::move(arguments))};
  }
  child_result run(std::vector<std::string> arguments,
                   std::chrono::milliseconds limit = std::chrono::seconds{120}) const {
    return run_child(command(std::move(arguments)), limit);
  }

 private:
  const sandbox_process* sandbox_ = nullptr;
  std::string key_;
  temp_dir files_;
};

}  // namespace pawl::test
