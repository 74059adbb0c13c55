// Quota files that earlier versions have left.
#include "tests/unit/client/quota_file_fixture.hpp"

#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace pawl::client {
namespace {

using namespace quota_by_hand;

class EarlierKeyState : public KeyState {
 protected:
  // As an earlier version wrote it: two numbers each, writes first.
  fs::path leave(std::string_view of_host, const secret& of_key, const std::vector<slot_entry>& writes,
                 const std::string& boot_of_file = "0b5a5a5e-0000-4000-8000-000000000001") {
    quota_file_header h{};
    std::memcpy(h.magic, quota_file_header::earlier_magic, sizeof h.magic);
    h.entry_size = quota_file_header::earlier_entry_size;
    h.write_entries = static_cast<std::uint32_t>(writes.size());
    h.read_entries = 1;
    std::memcpy(h.boot_id, boot_of_file.data(), boot_of_file.size());
    h.checksum = checksum_of(h);
    std::string text(quota_file_header::entries_offset, '\0');
    std::memcpy(text.data(), &h, sizeof h);
    const auto add = [&text](std::int64_t n) { text.append(reinterpret_cast<const char*>(&n), sizeof n); };
    for (const auto& e : writes) add(e.sent), add(e.closed);
    add(0), add(0);
    fs::create_directories(directory());
    fs::permissions(directory(), fs::perms(0700));
    const auto path = fs::path(directory()) / earlier_quota_file_name(of_host, of_key);
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, fs::perms(0600));
    return path;
  }
};

TEST_F(EarlierKeyState, IsTakenOverAndRemoved) {
  for (const std::string_view spelling : {"api.example.com:443", "api.example.com.:443"}) {
    SetUp();
    const auto left = leave(spelling, key, {{5, 7}, {0, 0}, {8, 0}});
    auto s = open();
    ASSERT_TRUE(s) << to_string(s.error());
    EXPECT_EQ(used(s->writes()), 2u) << spelling;
    EXPECT_EQ(std::ranges::count(s->writes(), on_its_way(), &slot_entry::closed), 1) << "that was in flight";
    EXPECT_FALSE(fs::exists(left)) << spelling;
    TearDown();
  }
  SetUp();
}

TEST_F(EarlierKeyState, IsAddedToAFileThatIsThere) {
  {
    auto s = open();
    ASSERT_TRUE(s);
    s->writes()[0] = {5, 7};
  }
  leave(host, key, {{8, 9}, {0, 0}});
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 2u);
}

TEST_F(EarlierKeyState, OfAnotherBootOrTornCountsAsFull) {
  leave(host, key, {{8, 9}, {0, 0}}, "0b5a5a5e-0000-4000-8000-000000000002");
  {
    auto s = open();
    ASSERT_TRUE(s);
    EXPECT_TRUE(full(s->writes()));
  }
  const auto left = leave(host, key, {{8, 9}, {0, 0}});
  fs::resize_file(left, 4'100);
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_TRUE(full(s->writes()));
}

TEST_F(EarlierKeyState, OfAnotherNameIsCountedByABrandNewFileAndStays) {
  const auto left = leave("10.0.0.7", key, {{5, 7}, {0, 0}});
  const auto other = leave("other.example", secret("another"), {{8, 9}, {0, 0}});
  const auto of_another_boot = leave("old.example", key, {{8, 9}}, "0b5a5a5e-0000-4000-8000-000000000002");
  {
    auto s = open();
    ASSERT_TRUE(s);
    EXPECT_EQ(used(s->writes()), 2u);
  }
  for (const auto& path : {left, other, of_another_boot}) EXPECT_TRUE(fs::exists(path));
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 2u) << "once";
}

TEST_F(EarlierKeyState, ThatIsInUseRefuses) {
  const auto left = leave(host, key, {{5, 7}, {0, 0}});
  const int fd = ::open(left.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX | LOCK_NB), 0);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, failure_kind::later);
  EXPECT_FALSE(fs::exists(file())) << "the next one finds it brand-new";
  ::close(fd);
  auto s = open();
  ASSERT_TRUE(s);
  EXPECT_EQ(used(s->writes()), 1u);
}

}  // namespace
}  // namespace pawl::client
