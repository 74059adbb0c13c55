// One invocation of `run`, from its start to its end or its death.
#pragma once

#include "engine/app/listener.hpp"
#include "engine/app/options.hpp"
#include "engine/app/stop_request.hpp"
#include "engine/app/summary.hpp"
#include "engine/app/token_source.hpp"
#include "engine/model/error.hpp"
#include "tests/simulation/world/disk.hpp"
#include "tests/simulation/world/world.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace pawl::simulation {

enum class death : std::uint8_t { kill, power_loss };

// When a life ends before its time; empty: it goes on to its end. Counted from 1 within the life.
struct fate {
  std::optional<std::uint64_t> at_turn, before_sync, after_sync, before_write;
  death how = death::kill;
};

struct life_end {
  bool died = false;
  int exit_code = 0;
  app::summary facts;
  std::optional<failure> error;  // that ended it
  std::uint64_t turns = 0, syncs = 0, writes = 0;
};

// The files of this machine that a life uses beside the disk: the input, the lock beside the ledger, the
// quota of the key. What a dying program does to them after its death is taken back.
class directory {
 public:
  explicit directory(std::filesystem::path path);  // made if it is not there, and removed at the end
  ~directory();
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct life_surroundings {
  disk& storage;
  const directory& files;
  const std::string& key;  // may change while a run goes on, as a file may that holds it
  const app::token_source* keys =
      nullptr;                    // in the place of the key, where keys are made; null: they are not
  app::listener* says = nullptr;  // hears the program; null: nobody does
  const app::stop_request* stop = nullptr;  // of the real program: once it came, this life dies; null: never
};

// Returns when nothing of the program is left. Throws std::runtime_error where it does not end: it waits for
// nothing, or takes more turns than any run should.
life_end live(const life_surroundings&, const app::options&, const fate&);

}  // namespace pawl::simulation
