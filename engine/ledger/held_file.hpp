// The file of a ledger, held open and locked while a run uses it. The lock file beside the ledger goes by a
// name, and names can be removed, linked and renamed. This lock belongs to the file itself, so two runs never
// write to one ledger under whatever names, and a run notices that its ledger is gone.
//
// It is an flock(2), which does not touch the locks of SQLite (fcntl(2)). Closing any descriptor of a file
// drops the process's fcntl locks on it, so this descriptor is opened before the connection and closed after
// it.
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
  // Opens `path`, or creates it (0600), and locks it until destruction. Failures: usage for a symbolic link,
  // a file with a second name (hard link), something that is no regular file, or a missing directory; later
  // if another run has locked it (with the pid if the system tells it); mend if permission is missing.
  static expected<held_file> open(const std::string& path);

  // From now on in_place() also looks at the write-ahead log and its index, which stay as they are while a
  // connection is open. Call it once a connection has read.
  void watch_log();
  // Whether the name still leads to this file. The failure (mend) says whether the file was removed, moved
  // away or replaced, what that means for what is recorded in it, and what to do.
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
