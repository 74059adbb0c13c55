// Files for tests: a directory that goes away by itself, whole files in one call, a SQLite file's rows.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {

// A fresh directory under the system's temporary one, which the destructor removes with everything in it. If
// PAWL_KEEP_TEMP is set in the environment, the directory stays, and its path is printed to standard error.
class temp_dir {
 public:
  temp_dir();
  ~temp_dir();
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Both throw std::runtime_error that names the file. Bytes are written and read as they are; an existing file
// is replaced.
void write_file(const std::filesystem::path&, std::string_view content);
std::string read_file(const std::filesystem::path&);
// As read_file(), but empty if there is no file (yet).
std::string read_file_if_there(const std::filesystem::path&);

// Runs one statement and returns its rows as text, SQL NULL as `NULL`. Opens the file read-only (a run may be
// writing to it), waits up to 5 s for locks, throws std::runtime_error with SQLite's words.
using sql_rows = std::vector<std::vector<std::string>>;
sql_rows sqlite_query(const std::filesystem::path&, const std::string& sql);
// The single value of a query with one row and one column.
std::string sqlite_value(const std::filesystem::path&, const std::string& sql);
// Runs statements that write, for what only another program (or an earlier version) would have done to a
// file. Throws std::runtime_error with SQLite's words.
void sqlite_change(const std::filesystem::path&, const std::string& sql);

}  // namespace pawl::test
