// The file of a ledger itself, held open and locked while a run uses it. The lock beside the ledger has a
// name, and names can be removed, linked and renamed; this one is of the file, so that two runs never write
// to one ledger whatever it is called, and a run sees that its ledger is gone.
//
// It is an flock(2), which is apart from the locks of SQLite (fcntl(2)). Closing any descriptor of a file
// drops the process's fcntl locks on it, so this one is opened before the connection and closed after it.
#pragma once

#include "engine/model/error.hpp"
#include "engine/sys/descriptor.hpp"

#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

namespace pawl::ledger {

class held_file {
 public:
  // Opens `path`, or creates it (0600), and locks it until destruction. Failures: a symbolic link, a file
  // with a second name (hard link), no regular file, no such directory: usage; locked by another run: later,
  // with its pid where the system tells; no right: mend.
  static expected<held_file> open(const std::string& path);

  // From now on in_place() looks at the write-ahead log and its index too, which stay as they are while a
  // connection is open. Call it once there is one that has read.
  void watch_log();
  // Whether the name still leads to this file: a failure (mend) that says whether it was removed, moved away
  // or replaced, what that means for what is recorded in it, and what to do.
  status in_place() const;

 private:
  struct identity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const identity&) const = default;
  };
  held_file(std::string path, descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  static std::optional<identity> identity_of(const std::string& path);

  std::string path_;
  descriptor file_;
  std::optional<identity> log_, index_;  // unset: not watched
};

}  // namespace pawl::ledger
