#include "tests/simulation/lives/life.hpp"

#include "engine/app/run.hpp"
#include "engine/model/secret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace pawl::simulation {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t most_turns = 200'000'000;  // of a life; more is a loop that gets nowhere (chosen)

// The directory's files as they are at one moment.
class file_state {
 public:
  explicit file_state(const fs::path& of) : path_(of) {
    for (const auto& one : fs::directory_iterator(of)) files_.emplace(one.path(), content(one.path()));
  }
  // What a power loss leaves of files that are never synced: of each page, what stood there now or then.
  void mix_with(const file_state& then, std::string_view prefix, dice& d) {
    constexpr std::size_t page = 4096;
    for (auto& [path, bytes] : files_) {
      const auto before = then.files_.find(path);
      if (!path.filename().string().starts_with(prefix) || before == then.files_.end()) continue;
      for (std::size_t at = 0; at < std::min(bytes.size(), before->second.size()); at += page)
        if (d.chance(0.5)) bytes.replace(at, page, before->second.substr(at, page));
    }
  }
  // In the same file where there is one: others may hold its lock.
  void put_back() const {
    for (const auto& one : fs::directory_iterator(path_))
      if (!files_.contains(one.path())) fs::remove(one.path());
    for (const auto& [path, bytes] : files_) {
      if (fs::exists(path) && content(path) == bytes) continue;
      std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
    }
  }

 private:
  static std::string content(const fs::path& path) {
    std::ostringstream all;
    all << std::ifstream{path, std::ios::binary}.rdbuf();
    return all.str();
  }
  fs::path path_;
  std::map<fs::path, std::string> files_;
};

}  // namespace

directory::directory(fs::path path) : path_(std::move(path)) {
  fs::create_directories(path_);
  fs::permissions(path_, fs::perms::owner_all);
}

directory::~directory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  fs::remove(path_.string() + ".journal", ignored);
}

life_end live(const life_surroundings& around, const app::options& options, const fate& to_come) {
  auto& here = world::here();
  auto& disk = around.storage;
  app::stop_request stop;
  const file_state at_birth(around.files.path());
  std::optional<file_state> at_death;
  const auto first_turn = here.turn_number(), first_sync = disk.syncs, first_write = disk.writes;

  const auto die = [&] {
    if (here.is_dead()) return;
    here.die();
    at_death.emplace(around.files.path());
    // The program may as well end: nobody sees any more what it does.
    stop.ask(SIGTERM);
    stop.ask(SIGTERM);
  };
  const auto at = [&die](const std::optional<std::uint64_t>& moment, std::uint64_t now) {
    if (moment && now >= *moment) die();
  };
  here.on_turn = [&] {
    at(to_come.at_turn, here.turn_number() - first_turn);
    if (around.stop != nullptr && around.stop->came()) die();
    if (here.turn_number() - first_turn > most_turns) throw std::runtime_error("a life of too many turns");
  };
  disk.before_sync = [&] { at(to_come.before_sync, disk.syncs - first_sync); };
  disk.after_sync = [&] { at(to_come.after_sync, disk.syncs - first_sync); };
  disk.before_write = [&] { at(to_come.before_write, disk.writes - first_write); };

  app::token_source token;
  token.read = [&around]() -> expected<app::token_reading> {
    return app::token_reading{secret{std::string{around.key}}, {}};
  };
  token.may_change = [] { return true; };
  token.place = "the simulation";
  const auto done = app::run(options, {.says = around.says != nullptr ? *around.says : app::nobody_listens(),
                                       .stop = stop,
                                       .token = around.keys != nullptr ? *around.keys : token});

  here.on_turn = {};
  disk.before_sync = disk.after_sync = disk.before_write = {};
  life_end end;
  end.turns = here.turn_number() - first_turn;
  end.syncs = disk.syncs - first_sync;
  end.writes = disk.writes - first_write;
  end.died = here.is_dead();
  end.exit_code = done.exit_code;
  end.facts = done.facts;
  end.error = done.error;
  if (end.died) {
    if (to_come.how == death::power_loss) at_death->mix_with(at_birth, "quota-", here.disk);
    at_death->put_back();
    here.revive();
    if (to_come.how == death::power_loss) {
      disk.lose_power();
      here.reboot(std::chrono::minutes{2});
    }
  }
  return end;
}

}  // namespace pawl::simulation
