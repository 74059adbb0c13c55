#include "engine/app/export.hpp"

#include "engine/app/find_generation.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/original_rows.hpp"
#include "engine/app/rows/export_rows.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/text/neutral.hpp"

#include <optional>
#include <string>
#include <utility>

namespace pawl::app {
status export_jobs(const export_options& options, sink rows) {
  auto file = open_to_read(options.ledger);
  if (!file) return file.error();
  const auto generation = find_generation(*file, options.generation);
  if (!generation) return generation.error();

  std::optional<export_writer> writer;
  if (options.with_input) {
    auto made = export_writer::with_input(options.format, {generation->header, generation->delimiter});
    if (!made) return made.error();
    writer = *std::move(made);
  } else {
    writer.emplace(options.format);
  }

  original_rows originals(*generation);
  output out(std::move(rows));
  out.text() = writer->header();
  std::string line;
  ledger::job_row shown;
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
      case export_format::csv:
        shown = job;
        for (auto* text : {&shown.error_code, &shown.error_message, &shown.request_id})
          *text = neutral_text(*text);
        writer->append(out.text(), shown, raw);
        break;
      case export_format::ndjson:
        line.clear();
        writer->append(line, job, raw);
        out.text() += neutral_json(line);
        break;
    }
    if (!out.is_full()) return true;
    out.flush();
    return !out.failed();
  };
  if (auto read = file->for_each_job(generation->id, options.outcomes, one); !read) return read;
  if (no_original) return *no_original;
  out.flush();
  return out.written();
}

}  // namespace pawl::app
