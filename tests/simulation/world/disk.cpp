#include "tests/simulation/world/disk.hpp"

#include "tests/simulation/world/world.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <new>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include <unistd.h>

namespace pawl::simulation {

namespace {

constexpr std::size_t sector = 512;  // what a disk writes whole, at the least
disk* current = nullptr;

}  // namespace

struct disk::file {
  std::vector<char> bytes;
  // What was there at the last sync: the size, and of each sector that was written since its old bytes.
  std::size_t synced_size = 0;
  std::unordered_map<std::size_t, std::array<char, sector>> before;
  bool is_named_for_good = false;  // its name was synced too
  bool is_apart = false;           // of no program in this world
  // The shared memory of its connections, which goes with the last of them.
  std::vector<std::unique_ptr<std::vector<char>>> regions;
  int open = 0;

  void keep_old(std::size_t from, std::size_t to) {
    for (auto s = from / sector; s * sector < std::min(to, synced_size); ++s) {
      const auto [at, is_new] = before.try_emplace(s);
      if (!is_new) continue;
      at->second.fill(0);
      const auto begin = s * sector;
      const auto end = std::min({begin + sector, bytes.size(), synced_size});
      if (begin < end) std::memcpy(at->second.data(), bytes.data() + begin, end - begin);
    }
  }
  void write(std::size_t at, const char* from, std::size_t size) {
    keep_old(at, at + size);
    if (bytes.size() < at + size) bytes.resize(at + size);
    std::memcpy(bytes.data() + at, from, size);
  }
  void truncate(std::size_t size) {
    if (size < bytes.size()) keep_old(size, bytes.size());
    bytes.resize(size);
  }
  void sync() {
    synced_size = bytes.size();
    before.clear();
    is_named_for_good = true;
  }
  std::vector<char> synced() const {
    auto left = bytes;
    left.resize(synced_size);
    for (const auto& [s, old] : before)
      if (s * sector < left.size())
        std::memcpy(left.data() + s * sector, old.data(), std::min(sector, left.size() - s * sector));
    return left;
  }
  // False: nothing is left of it.
  bool lose_power(dice& d) {
    if (!is_named_for_good && d.chance(0.5)) return false;
    // The size may be that of the last sync, the present one, or one between.
    auto size = bytes.size();
    if (size != synced_size) {
      const auto low = std::min(size, synced_size), high = std::max(size, synced_size);
      const auto pick = d.below(3);
      size = pick == 0 ? low : pick == 1 ? high : low + d.below(high - low + 1);
    }
    auto left = bytes;
    left.resize(std::max({size, bytes.size(), synced_size}));
    // In the order of the sectors, so that the dice fall alike whatever the order of the map.
    std::vector<std::size_t> written;
    for (const auto& [s, old] : before) written.push_back(s);
    for (auto s = (synced_size + sector - 1) / sector; s * sector < bytes.size(); ++s)
      if (!before.contains(s)) written.push_back(s);
    std::ranges::sort(written);
    for (const auto s : written) {
      std::array<char, sector> old{};
      if (const auto known = before.find(s); known != before.end()) old = known->second;
      const auto begin = s * sector;
      const auto length = std::min(sector, left.size() - begin);
      switch (d.below(3)) {
        case 0:  // the new bytes are there
          break;
        case 1:
          std::memcpy(left.data() + begin, old.data(), length);
          break;
        default: {  // torn: one part of it
          const auto cut = d.below(length + 1);
          std::memcpy(left.data() + begin + cut, old.data() + cut, length - cut);
        }
      }
    }
    left.resize(size);
    bytes = std::move(left);
    sync();
    return true;
  }
};

namespace {

struct handle {
  sqlite3_file base;
  std::shared_ptr<disk::file>* of;  // owned; SQLite knows nothing of destructors
  bool has_shared;
  bool is_temporary;
};

handle& self(sqlite3_file* f) {
  return *reinterpret_cast<handle*>(f);
}
disk::file& file_of(sqlite3_file* f) {
  return **self(f).of;
}
bool is_dead(sqlite3_file* f) {
  return world::here().is_dead() && !self(f).is_temporary;
}

int close(sqlite3_file* f) {
  auto& h = self(f);
  if (--(*h.of)->open == 0) (*h.of)->regions.clear();
  delete std::exchange(h.of, nullptr);
  return SQLITE_OK;
}

int read(sqlite3_file* f, void* into, int size, sqlite3_int64 at) {
  const auto& bytes = file_of(f).bytes;
  const auto begin = static_cast<std::size_t>(at), wanted = static_cast<std::size_t>(size);
  const auto there = begin < bytes.size() ? std::min(wanted, bytes.size() - begin) : 0;
  if (there > 0) std::memcpy(into, bytes.data() + begin, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (!self(f).is_temporary) {
    auto& d = *current;
    if (!is_dead(f)) {
      ++d.writes;
      if (d.before_write) d.before_write();
    }
    if (is_dead(f)) return SQLITE_IOERR_WRITE;
    if (d.fails_at_write && d.writes >= *d.fails_at_write)
      return d.fails_as == disk::trouble::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  if (world::here().trace && !self(f).is_temporary)
    world::here().trace("write of " + std::to_string(size) + " bytes at " + std::to_string(at));
  file_of(f).write(static_cast<std::size_t>(at), static_cast<const char*>(from),
                   static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (is_dead(f)) return SQLITE_IOERR_TRUNCATE;
  file_of(f).truncate(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync(sqlite3_file* f, int) {
  auto& d = *current;
  if (self(f).is_temporary) return SQLITE_OK;
  if (!is_dead(f)) {
    ++d.syncs;
    if (d.before_sync) d.before_sync();
  }
  if (is_dead(f)) return SQLITE_IOERR_FSYNC;
  if (d.fails_at_write && d.writes >= *d.fails_at_write) return SQLITE_IOERR_FSYNC;
  if (world::here().trace)
    world::here().trace("sync of " + std::to_string(file_of(f).bytes.size()) + " bytes");
  file_of(f).sync();
  if (d.after_sync) d.after_sync();
  return SQLITE_OK;
}

int file_size(sqlite3_file* f, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(file_of(f).bytes.size());
  return SQLITE_OK;
}

int lock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int check_reserved(sqlite3_file*, int* is) {
  *is = 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return 4096;
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int map_shared(sqlite3_file* f, int region, int size, int extend, void volatile** into) {
  auto& regions = file_of(f).regions;
  const auto at = static_cast<std::size_t>(region);
  if (at >= regions.size()) {
    *into = nullptr;
    if (extend == 0) return SQLITE_OK;
    while (regions.size() <= at)
      regions.push_back(std::make_unique<std::vector<char>>(static_cast<std::size_t>(size)));
  }
  *into = regions[at]->data();
  return SQLITE_OK;
}
int lock_shared(sqlite3_file*, int, int, int) {
  return SQLITE_OK;
}
void barrier(sqlite3_file*) {}
int unmap_shared(sqlite3_file*, int) {
  return SQLITE_OK;
}

const sqlite3_io_methods methods{2,
                                 close,
                                 read,
                                 write,
                                 truncate,
                                 sync,
                                 file_size,
                                 lock,
                                 lock,
                                 check_reserved,
                                 control,
                                 sector_size,
                                 characteristics,
                                 map_shared,
                                 lock_shared,
                                 barrier,
                                 unmap_shared,
                                 nullptr,
                                 nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  auto& h = self(f);
  h.base.pMethods = nullptr;
  std::shared_ptr<disk::file> found;
  if (name == nullptr) {
    found = std::make_shared<disk::file>();
  } else {
    auto& files = current->files_;
    const auto known = files.find(name);
    if (known != files.end()) {
      found = known->second;
    } else {
      // The ledger's lock makes the file, in a directory of this machine; SQLite then finds it empty.
      const bool is_made = (flags & SQLITE_OPEN_CREATE) != 0 || ::access(name, F_OK) == 0;
      if (!is_made || world::here().is_dead()) return SQLITE_CANTOPEN;
      found = files.emplace(name, std::make_shared<disk::file>()).first->second;
    }
  }
  ++found->open;
  h.is_temporary = name == nullptr || found->is_apart;
  h.has_shared = false;
  h.of = new std::shared_ptr<disk::file>(std::move(found));
  h.base.pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs*, const char* name, int) {
  if (world::here().is_dead()) return SQLITE_IOERR_DELETE;
  return current->files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int has_file(sqlite3_vfs*, const char* name, int, int* is) {
  *is = current->has(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* into) {
  sqlite3_snprintf(size, into, "%s", name);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int size, char* into) {
  for (int i = 0; i < size; ++i) into[i] = static_cast<char>(world::here().program());
  return size;
}

int sleep(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

int julian_day(sqlite3_vfs*, sqlite3_int64* ms) {
  constexpr sqlite3_int64 epoch = 210'866'760'000'000;  // 1970-01-01 in milliseconds of the Julian day
  *ms = epoch + world::here().wall().time_since_epoch().count() / 1000;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

sqlite3_vfs& vfs() {
  static sqlite3_vfs one = [] {
    sqlite3_vfs v{};
    v.iVersion = 2;
    v.szOsFile = sizeof(handle);
    v.mxPathname = 1024;
    v.zName = "simulated";
    v.xOpen = open;
    v.xDelete = remove_file;
    v.xAccess = has_file;
    v.xFullPathname = full_path;
    v.xRandomness = randomness;
    v.xSleep = sleep;
    v.xGetLastError = last_error;
    v.xCurrentTimeInt64 = julian_day;
    return v;
  }();
  return one;
}

}  // namespace

disk::disk() {
  assert(current == nullptr);
  current = this;
  if (sqlite3_vfs_register(&vfs(), 1) != SQLITE_OK) throw std::runtime_error("SQLite takes no disk");
  sqlite3_randomness(0, nullptr);  // so that it asks this world's dice, and not those of the one before
}

disk::~disk() {
  sqlite3_vfs_unregister(&vfs());
  current = nullptr;
}

void disk::show_synced(const std::string& path, const std::string& to) {
  const auto known = files_.find(path);
  if (known == files_.end()) return;
  auto shown = std::make_shared<file>();
  shown->bytes = known->second->synced();
  shown->is_apart = true;
  files_[to] = std::move(shown);
}

void disk::lose_power() {
  auto& d = world::here().disk;
  std::erase_if(files_, [&d](const auto& one) { return !one.second->lose_power(d); });
}

}  // namespace pawl::simulation
