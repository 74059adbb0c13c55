// `pawl export`: one line per row that has an outcome, in the order of the input.
#include "cli/commands/commands.hpp"
#include "cli/terminal/log.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/export_rows.hpp"
#include "engine/app/find_generation.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/original_rows.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/sys/files.hpp"
#include "engine/text/neutral.hpp"

#include <optional>
#include <system_error>

#include <unistd.h>

namespace pawl::cli {
namespace {

constexpr std::size_t write_at_bytes = 64 * 1024;

status export_jobs(const app::export_options& options) {
  auto file = app::open_to_read(options.ledger);
  if (!file) return file.error();
  const auto generation = app::find_generation(*file, options.generation);
  if (!generation) return generation.error();

  std::optional<app::export_writer> writer;
  if (options.with_input) {
    auto made = app::export_writer::with_input(options.format, {generation->header, generation->delimiter});
    if (!made) return made.error();
    writer = *std::move(made);
  } else {
    writer.emplace(options.format);
  }

  app::original_rows originals(*generation);
  std::string out = writer->header(), line;
  ledger::job_row shown;
  std::error_code not_written;
  std::optional<failure> no_original;
  const auto one = [&](const ledger::job_row& job) {
    std::string_view raw;
    if (options.with_input && job.raw) {
      raw = *job.raw;
    } else if (options.with_input) {
      auto original = originals.row(job.row);
      if (!original) {
        no_original = original.error();
        return false;
      }
      raw = *original;
    }
    switch (options.format) {
      case app::export_format::csv:
        shown = job;
        for (auto* text : {&shown.error_code, &shown.error_message, &shown.request_id})
          *text = neutral_text(*text);
        writer->append(out, shown, raw);
        break;
      case app::export_format::ndjson:
        line.clear();
        writer->append(line, job, raw);
        out += neutral_json(line);
        break;
    }
    if (out.size() < write_at_bytes) return true;
    not_written = write_all(STDOUT_FILENO, out);
    out.clear();
    return !not_written;
  };
  if (auto read = file->for_each_job(generation->id, options.outcomes, one); !read) return read;
  if (no_original) return *no_original;
  if (!not_written) not_written = write_all(STDOUT_FILENO, out);
  // `pawl export ... | head` has seen enough.
  if (not_written && not_written != std::errc::broken_pipe)
    return failure{failure_kind::mend, "standard output", not_written.message(), ""};
  return {};
}

}  // namespace

int export_command(const app::export_options& options, console& out) {
  const auto done = export_jobs(options);
  if (done) return app::exit_success;
  out.line("error: " + to_string(done.error()));
  return app::exit_code(done.error().kind);
}

}  // namespace pawl::cli
