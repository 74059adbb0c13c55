#include "tests/support/files.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace pawl::test {

temp_dir::temp_dir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "pawl-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make the directory " + pattern);
  path_ = pattern;
}

temp_dir::~temp_dir() {
  if (std::getenv("PAWL_KEEP_TEMP") != nullptr) {
    std::cerr << "kept: " << path_.string() << '\n';
    return;
  }
  std::error_code ec;
  std::filesystem::remove_all(path_, ec);
  if (ec) std::cerr << "left behind: " << path_.string() << ": " << ec.message() << '\n';
}

void write_file(const std::filesystem::path& file, std::string_view content) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string read_file_if_there(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? read_file(file) : std::string{};
}

void sqlite_change(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* opened = nullptr;
  const int open_result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db{opened, &sqlite3_close};
  if (open_result != SQLITE_OK || sqlite3_exec(opened, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(file.string() + ": " + sqlite3_errmsg(opened) + " in: " + sql);
}

sql_rows sqlite_query(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* opened = nullptr;
  const int open_result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db{opened, &sqlite3_close};
  const auto fail = [&] {
    throw std::runtime_error(file.string() + ": " + sqlite3_errmsg(db.get()) + " in: " + sql);
  };
  if (open_result != SQLITE_OK) fail();
  sqlite3_busy_timeout(db.get(), 5000);
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(db.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) fail();
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement{prepared, &sqlite3_finalize};

  sql_rows rows;
  int result = sqlite3_step(prepared);
  for (; result == SQLITE_ROW; result = sqlite3_step(prepared)) {
    auto& row = rows.emplace_back();
    for (int column = 0; column < sqlite3_column_count(prepared); ++column) {
      const void* bytes = sqlite3_column_blob(prepared, column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(prepared, column));
      const bool null = sqlite3_column_type(prepared, column) == SQLITE_NULL;
      row.emplace_back(null ? "NULL"
                            : std::string{static_cast<const char*>(bytes), bytes == nullptr ? 0 : size});
    }
  }
  if (result != SQLITE_DONE) fail();
  return rows;
}

std::string sqlite_value(const std::filesystem::path& file, const std::string& sql) {
  const sql_rows rows = sqlite_query(file, sql);
  if (rows.size() != 1 || rows[0].size() != 1) {
    throw std::runtime_error(file.string() + ": not one value but " + std::to_string(rows.size()) +
                             " rows: " + sql);
  }
  return rows[0][0];
}

}  // namespace pawl::test
