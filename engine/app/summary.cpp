#include "engine/app/summary.hpp"

#include "engine/model/option.hpp"
#include "engine/sys/files.hpp"
#include "engine/sys/output_place.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/neutral.hpp"
#include "engine/text/redaction.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::app {
namespace {

namespace fs = std::filesystem;

failure cannot(const std::string& path, const std::string& why) {
  return {failure_kind::usage, to_string(option::summary) + ' ' + path, "cannot write the summary: " + why,
          "name a file in a directory that is there and writable, or - for standard output"};
}

// Whether a rename can replace it; anything else that exists there is written in place.
bool replaceable(const std::string& path) {
  std::error_code failed;
  const auto kind = fs::symlink_status(path, failed).type();
  return !names_a_stream(path) && (kind == fs::file_type::regular || kind == fs::file_type::not_found);
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
    append_neutral_json_string(json, text);
    return json;
  };
  member("rows", s.rows);
  for (std::size_t i = 0; i < outcome_count; ++i) member(to_string(static_cast<outcome>(i)), s.counts.of[i]);
  member("pending", s.pending);
  for (const auto& counter : counter_names) member(counter.name, s.figures.*counter.value);
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
    member("reverted", s.verified->reverted);
    member("missing", s.verified->missing);
    member("unreadable", s.verified->unreadable);
    member("not_compared", s.verified->not_compared);
  }
  return out + "}\n";
}

status check_summary_path(const std::string& path) {
  if (path.empty() || path == "-") return {};
  if (const auto why = why_not_written(path, pipes::allowed)) return cannot(path, "it " + *why);
  if (!replaceable(path)) return {};
  const fs::path place(path);
  const auto directory = place.has_parent_path() ? place.parent_path() : fs::path{"."};
  if (::access(directory.c_str(), W_OK | X_OK) != 0)
    return cannot(path, std::error_code(errno, std::generic_category()).message());
  return {};
}

status write_summary_unchecked(const std::string& path, const summary& s) {
  std::error_code failed;
  if (path != "-" && replaceable(path) && fs::exists(path, failed)) {
    constexpr std::string_view begins_with = "{\"rows\": ";
    std::ifstream there(path, std::ios::binary);
    std::string head(begins_with.size(), '\0');
    there.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(there.gcount()));
    if (!head.empty() && head != begins_with)
      return cannot(path, "something else is there, and the other options are wrong");
  }
  return write_summary(path, s);
}

status write_summary(const std::string& path, const summary& s) {
  auto json = to_json(s);
  conceal_secrets(json);
  if (path == "-") {
    const auto failed = write_all(STDOUT_FILENO, json);
    return failed ? status{cannot(path, failed.message())} : status{};
  }
  if (const auto why = why_not_written(path, pipes::allowed)) return cannot(path, "it " + *why);
  const auto failed = replaceable(path) ? replace_file(path, json) : overwrite_file(path, json);
  if (failed == std::errc::no_such_device_or_address || failed == std::errc::timed_out)
    return cannot(path, "nobody reads this pipe");
  return failed ? status{cannot(path, failed.message())} : status{};
}

}  // namespace pawl::app
