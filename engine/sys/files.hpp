// The few file operations of the command line, with errors as values. POSIX.
#pragma once

#include "engine/sys/descriptor.hpp"

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/types.h>

namespace pawl {

// Everything, or the error; EINTR is retried.
std::error_code write_all(int fd, std::string_view);

// Fills those of the descriptors 0 to 2 that are closed, so that nothing that is opened later lands where
// standard output or the log goes. What stands there can be read for output and written for input only: using
// it is the error (EBADF) that it was. False: /dev/null cannot be opened. To be called before anything is
// opened.
bool fill_standard_descriptors() noexcept;

// What an output is opened with: no link is followed, nothing is opened that could block, nothing becomes the
// terminal of the process. Without a descriptor, errno says why.
//
// A new file of that name; a file or a link that an earlier process left there is removed first.
descriptor open_anew(const std::string& path, ::mode_t) noexcept;
// A regular file (mode 0666 less the umask if it is new) or a stream (config::names_a_stream), written at its
// end.
descriptor open_to_append(const std::string& path) noexcept;
// What is there already and is no regular file: a pipe, a terminal, /dev/null. A named pipe that nobody reads
// yet is waited for, 5 s at most (chosen); so is one that is full, in write_all_in_time.
descriptor open_stream(const std::string& path) noexcept;
std::error_code write_all_in_time(int fd, std::string_view);

// Written to `path`.tmp.PID (mode 0666 less the umask), synced, renamed over `path`; nothing is left behind
// on failure.
std::error_code replace_file(const std::string& path, std::string_view content);
// Opened and written as it is: for pipes and devices.
std::error_code overwrite_file(const std::string& path, std::string_view content);

}  // namespace pawl
