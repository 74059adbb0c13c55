// A few file operations with errors as values. POSIX.
#pragma once

#include "engine/sys/descriptor.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/types.h>

namespace pawl {

// Writes everything or returns the error; EINTR is retried.
std::error_code write_all(int fd, std::string_view);

// Reads up to `most` bytes, for files whose errors do not matter: it ends at the end of the file and at an
// error (EINTR is retried), and returns what has come.
std::string read_up_to(int fd, std::size_t most);

// Opens /dev/null for those of the descriptors 0 to 2 that are closed, so that no file that is opened later
// gets their number and receives standard output or the log. The outputs are opened for reading and standard
// input for writing, so that using one still fails with EBADF. Call it before anything is opened.
// False: /dev/null cannot be opened.
bool fill_standard_descriptors() noexcept;

// The following three open an output. They follow no link, open nothing that could block, and let nothing
// become the terminal of the process. Where they return no descriptor, errno says why.
//
// open_anew(): a new file. It first removes a file or a link of that name, which an earlier process left
// there.
descriptor open_anew(const std::string& path, ::mode_t) noexcept;
// A regular file (created with mode 0666 less the umask) or a stream (names_a_stream()), written at its end.
descriptor open_to_append(const std::string& path) noexcept;
// Something that exists and is no regular file: a pipe, a terminal, /dev/null. Waits at most 5 s (chosen) for
// a reader of a named pipe. write_all_in_time() waits as long for a pipe that is full.
descriptor open_stream(const std::string& path) noexcept;
std::error_code write_all_in_time(int fd, std::string_view);

// Writes a file `path`.tmp.PID (mode 0666 less the umask), syncs it and renames it to `path`. A failure
// leaves nothing behind.
std::error_code replace_file(const std::string& path, std::string_view content);
// Opens `path` and writes into it as it is: for pipes and devices.
std::error_code overwrite_file(const std::string& path, std::string_view content);

}  // namespace pawl
