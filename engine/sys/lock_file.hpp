// The lock beside a ledger, which one run at a time holds. It is an flock(2), so it ends with its process;
// the text in the file only tells a second run who holds it.
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
  // Creates the file (0600) if it is missing and locks it until destruction; the file stays. If another
  // process holds the lock: failure_kind::later with `held`; its text begins with the holder's pid, command
  // and start.
  static expected<lock_file> take(const std::string& path);

  // Who holds the lock now, in the words of that message; unset: nobody. Never waits.
  static expected<std::optional<std::string>> holder(const std::string& path);

  // Who has locked this file with flock(2), as far as the system tells; unset: nobody, or the system does not
  // tell. Opens no descriptor of the file.
  static std::optional<std::string> holder_of(dev_t device, ino_t inode);

 private:
  explicit lock_file(descriptor file) : file_(std::move(file)) {}
  descriptor file_;
};

}  // namespace pawl
