#include "engine/app/undo.hpp"

#include "engine/app/exit_code.hpp"
#include "engine/app/find_generation.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/recorded_settings.hpp"
#include "engine/input/unknown_names.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/job.hpp"
#include "engine/plan/undo.hpp"
#include "engine/text/shell_word.hpp"

#include <memory>
#include <optional>
#include <system_error>
#include <vector>

namespace pawl::app {
namespace {

class undo_steps {
 public:
  undo_steps(const undo_options& options, const profile_finder& find, sink jobs, undo_listener& to)
      : options_(options), find_(find), out_(std::move(jobs)), listener_(to) {}

  expected<undo_answer> all() {
    auto file = open_to_read(options_.ledger);
    if (!file) return file.error();
    auto runner = ledger::ledger_file::running(options_.ledger);
    if (!runner) return runner.error();
    if (*runner)
      return failure{failure_kind::later, "", **runner + ", still writes to this ledger: " + options_.ledger,
                     "wait for it or stop it, then run the same command again", true};
    const auto generation = find_generation(*file, options_.generation);
    if (!generation) return generation.error();
    auto profile = find_(std::string{api::profile_name_of(generation->target.profile)});
    if (!profile) return profile.error();

    // The ledger records what a write held, because the profile may have changed since. If either says "row",
    // jobs name all fields of the row: fields that are as they were cost no write.
    const recorded_settings then(generation->settings);
    if (then.text(shaping_key::body_is) == api::to_string(api::body_content::row))
      profile->body_is = api::body_content::row;
    if (profile->any_field) {
      std::vector<std::string> names;
      const auto see = [&](const ledger::pre_image& image) {
        input::add_unknown_names(image.new_values, *profile, names);
        return true;
      };
      if (auto read = file->for_each_pre_image(generation->id, profile->reply.ids, see); !read)
        return read.error();
      api::add_used_fields(*profile, names);
    }
    plan::undo_builder builder(*profile);
    std::string id;
    status failed;
    const auto one = [&](const ledger::pre_image& image) {
      if (!same_id(image.id, id, profile->reply.ids)) {
        failed = finish(builder, id);
        if (!failed || out_.reader_left()) return false;
        id = image.id;
      }
      builder.add(image.old_values, image.new_values, image.certain, image.as_sent);
      return true;
    };
    if (auto read = file->for_each_pre_image(generation->id, profile->reply.ids, one); !read)
      return read.error();
    if (!failed) return failed.error();
    if (auto done = finish(builder, id); !done) return done.error();
    if (auto done = flush(); !done) return done.error();
    const auto blind = [&](std::uint64_t, const std::string& of) { listener_.not_read(of); };
    if (auto read = file->for_each_blind_write(generation->id, blind); !read) return read.error();
    auto others = other_writers(*file, generation->id);
    if (!others) return others.error();
    return undo_answer{generation->id, jobs_, *std::move(others), then.text(shaping_key::quiet).has_value()};
  }

 private:
  status finish(plan::undo_builder& builder, const std::string& id) {
    if (id.empty()) return {};
    const auto back = builder.finish(id);
    for (const auto& loss : back.losses) listener_.lost(id, loss);
    jobs_ += back.jobs;
    out_.text() += back.lines;
    return out_.is_full() ? flush() : status{};
  }

  status flush() {
    out_.flush();
    return out_.written("make room and run it again");
  }

  // Sorted, newest first.
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

  const undo_options& options_;
  const profile_finder& find_;
  output out_;
  undo_listener& listener_;
  std::uint64_t jobs_ = 0;
};

}  // namespace

expected<undo_answer> undo(const undo_options& options, const profile_finder& find, sink jobs,
                           undo_listener& to) {
  return undo_steps(options, find, std::move(jobs), to).all();
}

}  // namespace pawl::app
