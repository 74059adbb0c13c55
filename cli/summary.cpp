#include "cli/summary.hpp"

#include "cli/files.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::cli {
namespace {

namespace fs = std::filesystem;

failure cannot(const std::string& path, const std::string& why) {
  return {failure_kind::usage, "--summary " + path, "cannot write the summary: " + why,
          "name a file in a directory that is there and writable, or - for standard output"};
}

// The end of a chain of links, so that a rename does not replace the link; the last one may point to nothing
// yet.
fs::path real_place(const std::string& path) {
  fs::path place = path;
  std::error_code failed;
  for (int hops = 0; hops < 40 && fs::is_symlink(place, failed); ++hops) {  // 40: as Linux does
    const auto next = fs::read_symlink(place, failed);
    if (failed) break;
    place = next.is_absolute() ? next : place.parent_path() / next;
  }
  return place;
}

// Asked of the path as given: the links of /proc (/dev/stdout) name pipes by texts that are no paths.
bool replaceable(const std::string& path) {
  std::error_code failed;
  const auto kind = fs::status(path, failed).type();
  return kind == fs::file_type::regular || kind == fs::file_type::not_found;
}

}  // namespace

std::string to_json(const summary& s) {
  std::string out = "{";
  const auto member = [&out](std::string_view name, const auto& value) {
    fmt::format_to(std::back_inserter(out), "{}\"{}\": {}", out.size() > 1 ? ", " : "", name, value);
  };
  const auto text_or_null = [](std::string_view text) {
    std::string json;
    if (text.empty()) return std::string{"null"};
    append_json_string(json, text);
    return json;
  };
  member("rows", s.rows);
  for (std::size_t i = 0; i < outcome_count; ++i) member(to_string(static_cast<outcome>(i)), s.counts.of[i]);
  member("pending", s.pending);
  member("reads", s.reads);
  member("writes", s.writes);
  member("retries", s.retries);
  member("throttled", s.throttled);
  member("elapsed_s", fmt::format("{:.3f}", std::chrono::duration<double>(s.elapsed).count()));
  member("generation", s.generation ? std::to_string(*s.generation) : "null");
  member("ledger", text_or_null(s.ledger));
  member("target", text_or_null(s.target));
  member("exit_code", s.exit_code);
  member("stop_reason", text_or_null(s.stop_reason));
  member("resume_at", text_or_null(s.resume_at ? rfc3339(*s.resume_at) : ""));
  if (s.verified) {
    member("resources", s.verified->resources);
    member("as_written", s.verified->as_written);
    member("drifted", s.verified->drifted);
    member("missing", s.verified->missing);
    member("unreadable", s.verified->unreadable);
    member("not_compared", s.verified->not_compared);
  }
  return out + "}\n";
}

status check_summary_path(const std::string& path) {
  if (path.empty() || path == "-") return {};
  std::error_code failed;
  if (fs::is_directory(path, failed)) return cannot(path, "it is a directory");
  if (!replaceable(path)) return {};
  const auto place = real_place(path);
  const auto directory = place.has_parent_path() ? place.parent_path() : fs::path{"."};
  if (::access(directory.c_str(), W_OK | X_OK) != 0)
    return cannot(path, std::error_code(errno, std::generic_category()).message());
  return {};
}

status write_summary(const std::string& path, const summary& s) {
  const auto json = to_json(s);
  if (path == "-") {
    const auto failed = write_all(STDOUT_FILENO, json);
    return failed ? status{cannot(path, failed.message())} : status{};
  }
  const auto failed =
      replaceable(path) ? replace_file(real_place(path).string(), json) : overwrite_file(path, json);
  return failed ? status{cannot(path, failed.message())} : status{};
}

}  // namespace pawl::cli
