#include "cli/terminal/log.hpp"

#include "engine/sys/files.hpp"
#include "engine/sys/output_place.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/neutral.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/redaction.hpp"

#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace pawl::cli {
namespace {

// Marks messages that begin with their own place ("FILE:LINE: ") and get no "error: " in front.
constexpr const char* input_logger = "input";

std::string_view level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::err:
    case spdlog::level::critical:
      return "error";
    case spdlog::level::warn:
      return "warning";
    case spdlog::level::info:
      return "info";
    default:
      return "debug";
  }
}

wall_time when(const spdlog::details::log_msg& message) {
  return std::chrono::time_point_cast<std::chrono::microseconds>(message.time);
}

enum class stamp { none, time };

// Writes text for people: `error: ` and `warning: ` in front, and in a file the time before that.
class text_formatter final : public spdlog::formatter {
 public:
  explicit text_formatter(stamp s) : stamp_(s) {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    std::string out;
    if (stamp_ == stamp::time) out = rfc3339(when(message)) + " ";
    const bool own_place = message.logger_name == input_logger;
    if (message.level >= spdlog::level::warn && !own_place)
      out += std::string{level_name(message.level)} + ": ";
    out += printable_lines({message.payload.data(), message.payload.size()});
    out += '\n';
    to.append(out);
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<text_formatter>(*this);
  }

 private:
  stamp stamp_;
};

class json_formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    std::string out = "{\"time\": ";
    append_neutral_json_string(out, rfc3339(when(message)));
    out += ", \"level\": ";
    append_neutral_json_string(out, level_name(message.level));
    out += ", \"message\": ";
    append_neutral_json_string(out, printable_lines({message.payload.data(), message.payload.size()}));
    out += "}\n";
    to.append(out);
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<json_formatter>(*this);
  }
};

std::unique_ptr<spdlog::formatter> formatter_for(config::log_format format, stamp s) {
  switch (format) {
    case config::log_format::text:
      return std::make_unique<text_formatter>(s);
    case config::log_format::json:
      break;
  }
  return std::make_unique<json_formatter>();
}

// Writes through the console, which keeps lines apart from the live line.
class console_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit console_sink(console& out) : out_(out) {}
  bool says_errors() const noexcept { return errors_; }
  bool says_anything() const noexcept { return lines_; }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    out_.line({text.data(), text.size() - 1});
    lines_ = true;
    errors_ = errors_ || message.level >= spdlog::level::err;
  }
  void flush_() override {}

  console& out_;
  bool lines_ = false, errors_ = false;
};

// Appends to a file that was opened by the rules for outputs. Each line is one write, so that it is in the
// file if the process is killed.
class file_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit file_sink(descriptor file) : file_(std::move(file)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    conceal_secrets(text.data(), text.size());
    // The same text goes to standard error, so a log that cannot be written is no reason to stop a run.
    static_cast<void>(write_all_in_time(file_.get(), {text.data(), text.size()}));
  }
  void flush_() override {}

  descriptor file_;
};

spdlog::level::level_enum console_level(int verbosity) {
  if (verbosity < 0) return spdlog::level::warn;
  if (verbosity == 0) return spdlog::level::info;
  return verbosity == 1 ? spdlog::level::debug : spdlog::level::trace;
}

std::optional<failure> refuse_directory(const std::string& file) {
  const auto directory = std::filesystem::path(file).parent_path();
  std::error_code cannot_tell;
  if (directory.empty() || std::filesystem::is_directory(directory, cannot_tell)) return std::nullopt;
  return failure{failure_kind::usage, "--log-file " + file,
                 fmt::format("there is no directory \"{}\"", directory.string()),
                 "make it, or name a file in a directory that is there"};
}

}  // namespace

struct log::impl {
  impl(std::vector<spdlog::sink_ptr> sinks, std::shared_ptr<console_sink> seen)
      : on_console(std::move(seen)),
        main("pawl", sinks.begin(), sinks.end()),
        input(input_logger, sinks.begin(), sinks.end()) {
    // The sinks filter, so the loggers pass everything. Each line is flushed, so that it is in the file if
    // the process is killed.
    for (auto* l : {&main, &input}) {
      l->set_level(spdlog::level::trace);
      l->flush_on(spdlog::level::trace);
    }
  }
  std::shared_ptr<console_sink> on_console;
  spdlog::logger main, input;
};

log::log(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
log::log(log&&) noexcept = default;
log& log::operator=(log&&) noexcept = default;
log::~log() = default;

expected<log> log::open(const log_options& options, console& out) {
  std::vector<spdlog::sink_ptr> sinks;
  auto on_console = std::make_shared<console_sink>(out);
  sinks.push_back(on_console);
  sinks.back()->set_level(console_level(options.verbosity));
  sinks.back()->set_formatter(formatter_for(options.format, stamp::none));
  if (auto refused = refuse_directory(options.file)) return *std::move(refused);
  if (!options.file.empty()) {
    const auto place = "--log-file " + options.file;
    if (const auto why = why_not_written(options.file, pipes::refused))
      return failure{failure_kind::usage, place, *why, "name another file"};
    auto file = open_to_append(options.file);
    if (!file)
      return failure{failure_kind::usage, place,
                     "cannot be opened: " + std::error_code(errno, std::generic_category()).message(),
                     "name a file in a directory that is there and writable"};
    sinks.push_back(std::make_shared<file_sink>(std::move(file)));
    sinks.back()->set_level(std::min(spdlog::level::info, console_level(options.verbosity)));
    sinks.back()->set_formatter(formatter_for(options.format, stamp::time));
  }
  return log{std::make_unique<impl>(std::move(sinks), std::move(on_console))};
}

// The text is an argument and not the format, because a text from outside may have braces.
void log::error(std::string_view text) {
  impl_->main.log(spdlog::level::err, spdlog::string_view_t{text.data(), text.size()});
}
void log::warning(std::string_view text) {
  impl_->main.log(spdlog::level::warn, spdlog::string_view_t{text.data(), text.size()});
}
void log::note(std::string_view text) {
  impl_->main.log(spdlog::level::info, spdlog::string_view_t{text.data(), text.size()});
}
void log::detail(std::string_view text) {
  impl_->main.log(spdlog::level::debug, spdlog::string_view_t{text.data(), text.size()});
}
void log::diagnostic(std::string_view text) {
  impl_->input.log(spdlog::level::err, spdlog::string_view_t{text.data(), text.size()});
}
bool log::says_errors() const noexcept {
  return impl_->on_console->says_errors();
}
bool log::says_anything() const noexcept {
  return impl_->on_console->says_anything();
}
void log::progress(std::string_view text) {
  note(text);
}

}  // namespace pawl::cli
