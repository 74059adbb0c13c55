// `pawl undo`: the jobs that bring back what a generation has overwritten, as NDJSON. Reads the ledger only.
#include "engine/plan/undo.hpp"

#include "cli/commands/commands.hpp"
#include "cli/render/undo_texts.hpp"
#include "cli/words.hpp"
#include "config/profile_loader.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/find_generation.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/recorded_settings.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/job.hpp"
#include "engine/sys/files.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace pawl::cli {
namespace {

constexpr std::size_t write_at_bytes = 64 * 1024;

// The profile that the generation was run with: as --profile or the config file says, or by its name among
// those that the program carries. Nothing: what is wrong went to `complaints`.
std::optional<api::profile> find_profile(const undo_options& options, const config::environment& env,
                                         const ledger::generation_row& generation,
                                         std::vector<failure>& complaints) {
  const auto& name = generation.target.profile;
  config::raw_options raw;
  if (!options.profile.empty()) raw.profile = options.profile;
  raw.config_file = options.config_file;
  raw.trusting_command = options.trusting_command;
  raw.naming_command = options.naming_command;
  auto choice = config::choose_profile(raw, env);
  complaints = std::move(choice.complaints);
  if (!complaints.empty()) return std::nullopt;
  if (choice.value && choice.value->name == name) return std::move(choice.value);
  if (choice.value && raw.profile) {
    complaints.push_back({failure_kind::usage, choice.place,
                          fmt::format("is of \"{}\"; the ledger belongs to \"{}\"", choice.value->name, name),
                          "name the profile that the run was made with"});
    return std::nullopt;
  }
  // A config file speaks of the runs that are made now; this one may have been made with another profile.
  if (const auto text = config::embedded_profile(name)) {
    auto compiled = config::compile_profile(*text, name + ".toml");
    complaints = std::move(compiled.complaints);
    return std::move(compiled.value);
  }
  const auto also =
      choice.value ? fmt::format(", and {} names \"{}\"", choice.place, choice.value->name) : "";
  complaints.push_back({failure_kind::usage, name,
                        fmt::format("there is no profile \"{}\" inside of pawl{}", name, also),
                        "name the file that the run was made with: --profile FILE"});
  return std::nullopt;
}

class undo_steps {
 public:
  undo_steps(const undo_options& options, const config::environment& env, console& out)
      : options_(options), environment_(env), out_(out) {}

  // What is wrong where all() fails without a reason of its own.
  const std::vector<failure>& complaints() const noexcept { return complaints_; }

  expected<int> all() {
    auto file = app::open_to_read(options_.ledger);
    if (!file) return file.error();
    auto runner = ledger::ledger_file::running(options_.ledger);
    if (!runner) return runner.error();
    if (*runner)
      return failure{failure_kind::later, "", **runner + ", still writes to this ledger: " + options_.ledger,
                     "wait for it or stop it, then run the same command again", true};
    const auto generation = app::find_generation(*file, options_.generation);
    if (!generation) return generation.error();
    auto profile = find_profile(options_, environment_, *generation, complaints_);
    if (!profile) return complaints_.front();

    // What a write held is kept with the run, for a profile may have changed since. Of the two the one that
    // makes jobs name more counts: fields that are as they were cost no write.
    const app::recorded_settings then(generation->settings);
    if (then.text(app::shaping_key::body_is) == api::to_string(api::body_content::row))
      profile->body_is = api::body_content::row;
    plan::undo_builder builder(*profile);
    std::string id;
    status failed;
    const auto one = [&](const ledger::pre_image& image) {
      if (!same_id(image.id, id, profile->reply.ids)) {
        failed = finish(builder, id);
        if (!failed || reader_left_) return false;
        id = image.id;
      }
      builder.add(image.old_values, image.new_values, image.certain);
      return true;
    };
    if (auto read = file->for_each_pre_image(generation->id, profile->reply.ids, one); !read)
      return read.error();
    if (!failed) return failed.error();
    if (auto done = finish(builder, id); !done) return done.error();
    if (auto done = flush(); !done) return done.error();
    const auto blind = [&](std::uint64_t, const std::string& of) { losses_.add_blind(of); };
    if (auto read = file->for_each_blind_write(generation->id, blind); !read) return read.error();
    auto others = other_writers(*file, generation->id);
    if (!others) return others.error();
    return report(*generation, *others);
  }

 private:
  status finish(plan::undo_builder& builder, const std::string& id) {
    if (id.empty()) return {};
    const auto back = builder.finish(id);
    for (const auto& loss : back.losses) losses_.add(id, loss);
    jobs_ += back.jobs;
    lines_ += back.lines;
    return lines_.size() < write_at_bytes ? status{} : flush();
  }

  status flush() {
    const auto failed = write_all(STDOUT_FILENO, lines_);
    lines_.clear();
    // `pawl undo ... | head` has seen enough.
    if (failed == std::errc::broken_pipe) reader_left_ = true;
    if (failed && !reader_left_)
      return failure{failure_kind::mend, "standard output", failed.message(), "make room and run it again"};
    return {};
  }

  // Newest first.
  static expected<std::vector<writing_generation>> other_writers(ledger::ledger_file& file,
                                                                 std::int64_t undone) {
    std::vector<writing_generation> all;
    const auto newest = file.newest_generation();
    if (!newest) return newest.error();
    for (auto id = (*newest)->id; id > 0; --id) {
      if (id == undone) continue;
      const auto counts = file.counts(id);
      if (!counts) return counts.error();
      const auto rows =
          (*counts)[outcome::applied] + (*counts)[outcome::mismatch] + (*counts)[outcome::unknown];
      if (rows == 0) continue;
      const auto one = file.generation(id);
      if (!one) return one.error();
      if (*one) all.push_back({id, rows, (*one)->started});
    }
    return all;
  }

  int report(const ledger::generation_row& generation, const std::vector<writing_generation>& others) {
    if (jobs_ == 0)
      out_.line(fmt::format("generation {}: there is nothing that can go back", generation.id));
    else
      out_.line(fmt::format("generation {}: {} to undo it", generation.id, counted(jobs_, "job", "jobs")));
    for (const auto& line : losses_.lines()) out_.line("warning: " + line);
    auto command = "pawl undo " + shell_path(options_.ledger);
    if (!options_.profile.empty()) command += " " + shell_flag("--profile", options_.profile);
    if (options_.config_file) command += " " + shell_flag("--config", *options_.config_file);
    for (const auto& line : other_generations(generation.id, others, command)) out_.line("note: " + line);
    return losses_.empty() ? app::exit_success : app::exit_some_failed;
  }

  const undo_options& options_;
  const config::environment& environment_;
  console& out_;
  std::vector<failure> complaints_;
  undo_losses losses_;
  std::string lines_;
  std::uint64_t jobs_ = 0;
  bool reader_left_ = false;
};

}  // namespace

int undo_command(const undo_options& options, const config::environment& env, console& out) {
  undo_steps steps(options, env, out);
  const auto done = steps.all();
  if (done) return *done;
  auto complaints = steps.complaints();
  if (complaints.empty()) complaints.push_back(done.error());
  for (const auto& one : complaints) out.line("error: " + printable_lines(to_string(one)));
  return app::exit_code(done.error().kind);
}

}  // namespace pawl::cli
