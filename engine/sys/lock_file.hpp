// The lock beside a ledger: one run at a time. An flock(2), so it dies with its process; the text in the file
// is only for the message to the second run.
#pragma once

#include "engine/model/error.hpp"
#include "engine/sys/descriptor.hpp"

#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

namespace pawl {

class lock_file {
 public:
  // Creates the file (0600) if need be and locks it until destruction; the file stays. Held by another:
  // failure_kind::later and `held`, which begins with the holder's pid, command and start.
  static expected<lock_file> take(const std::string& path);

  // Who holds it now, as in that message; unset: nobody. Never waits.
  static expected<std::optional<std::string>> holder(const std::string& path);

  // Who has locked this file with flock(2), as far as the system says; unset: nobody, or it does not say.
  // Opens no descriptor of the file.
  static std::optional<std::string> holder_of(dev_t device, ino_t inode);

 private:
  explicit lock_file(descriptor file) : file_(std::move(file)) {}
  descriptor file_;
};

}  // namespace pawl
