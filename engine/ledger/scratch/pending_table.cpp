#include "engine/ledger/scratch/pending_table.hpp"

#include "engine/ledger/database.hpp"
#include "engine/text/letter_case.hpp"

#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::ledger {
namespace {

// The file ends with the process, so it needs no protection against a crash. It has 4 MiB of pages in memory
// (chosen): sorting the index needs no more, and pages for look-ups stay in the system's cache. Rows are
// appended and the index is built at once, because ids come in no order, and a tree that grows at random
// places would be read and written again and again.
constexpr const char* set_up =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-4096;"
    "CREATE TABLE pending (key INTEGER NOT NULL, row INTEGER NOT NULL, job BLOB) STRICT;"
    "BEGIN";

std::int64_t key_of(std::string_view id) {
  return static_cast<std::int64_t>(std::hash<std::string>{}(in_lower_case(id)));
}

template <class Number>
void put(std::string& to, Number n) {
  char bytes[sizeof n];
  std::memcpy(bytes, &n, sizeof n);
  to.append(bytes, sizeof n);
}

void put(std::string& to, std::string_view text) {
  put(to, static_cast<std::uint32_t>(text.size()));
  to += text;
}

// Reads what put() of this process wrote.
class unpacker {
 public:
  explicit unpacker(std::string_view bytes) : left_(bytes) {}
  template <class Number>
  Number number() {
    Number n{};
    std::memcpy(&n, left_.data(), sizeof n);
    left_.remove_prefix(sizeof n);
    return n;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    const auto found = left_.substr(0, size);
    left_.remove_prefix(size);
    return found;
  }

 private:
  std::string_view left_;
};

void pack(std::string& to, const job_view& job) {
  put(to, job.id);
  for (const auto& values : {job.patch, job.expect}) {
    put(to, static_cast<std::uint32_t>(values.size()));
    for (const auto& v : values) {
      put(to, v.field);
      put(to, v.name);
      put(to, v.json);
    }
  }
}

}  // namespace

struct pending_table::impl {
  std::unique_ptr<database> db;
  std::optional<statement> insert, look_up;
  std::uint64_t rows = 0, bytes = 0;

  std::string packed;  // the row that was found, or is being added
  std::vector<field_value> values;
  job_view found;

  status append(std::string_view id, std::uint64_t row, std::string_view job) {
    insert->bind(1, key_of(id)).bind(2, static_cast<std::int64_t>(row));
    if (job.empty())
      insert->bind_null(3);
    else
      insert->bind_blob(3, job);
    return insert->run();
  }

  void unpack(std::uint64_t row) {
    unpacker from(packed);
    found = job_view{};
    found.row = row;
    found.id = from.text();
    values.clear();
    std::size_t patch_size = 0;
    for (int part = 0; part < 2; ++part) {
      if (part == 1) patch_size = values.size();
      for (auto left = from.number<std::uint32_t>(); left > 0; --left) {
        const auto field = from.number<field_index>();
        const auto name = from.text();
        values.push_back({field, name, from.text()});
      }
    }
    const std::span<const field_value> all{values};
    found.patch = all.first(patch_size);
    found.expect = all.subspan(patch_size);
  }
};

pending_table::pending_table(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
pending_table::pending_table(pending_table&&) noexcept = default;
pending_table& pending_table::operator=(pending_table&&) noexcept = default;
pending_table::~pending_table() = default;

expected<pending_table> pending_table::create() {
  auto made = std::make_unique<impl>();
  auto db = database::open_temporary();
  if (!db) return std::move(db.error());
  made->db = *std::move(db);
  if (auto ready = made->db->execute(set_up); !ready) return std::move(ready.error());
  auto insert = made->db->prepare("INSERT INTO pending (key, row, job) VALUES (?, ?, ?)");
  if (!insert) return std::move(insert.error());
  made->insert.emplace(*std::move(insert));
  return pending_table(std::move(made));
}

status pending_table::add(const job_view& job) {
  auto& i = *impl_;
  i.packed.clear();
  pack(i.packed, job);
  ++i.rows;
  i.bytes += i.packed.size();
  return i.append(job.id, job.row, i.packed);
}

status pending_table::block(std::string_view id) {
  return impl_->append(id, 0, {});
}

status pending_table::finish() {
  auto& i = *impl_;
  i.insert.reset();
  if (auto done = i.db->execute("COMMIT; CREATE INDEX by_key ON pending (key)"); !done) return done;
  // Two rows are enough to see that an id repeats.
  auto look_up = i.db->prepare("SELECT row, job FROM pending WHERE key = ? LIMIT 2");
  if (!look_up) return std::move(look_up.error());
  i.look_up.emplace(*std::move(look_up));
  return {};
}

std::uint64_t pending_table::rows() const noexcept {
  return impl_->rows;
}

std::uint64_t pending_table::bytes() const noexcept {
  return impl_->bytes;
}

expected<const job_view*> pending_table::find(std::string_view id) {
  auto& i = *impl_;
  const job_view* none = nullptr;
  auto first = i.look_up->bind(1, key_of(id)).step();
  if (!first) return std::move(first.error());
  if (!*first) return none;
  const auto row = static_cast<std::uint64_t>(i.look_up->integer(0));
  const bool blocked = i.look_up->is_null(1);
  i.packed.assign(i.look_up->text(1));
  auto second = i.look_up->step();
  if (!second) return std::move(second.error());
  i.look_up->reset();
  if (*second || blocked) return none;
  i.unpack(row);
  return &i.found;
}

}  // namespace pawl::ledger
