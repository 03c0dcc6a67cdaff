// What of a person can be read from the files of the store: nothing but the username.
#include "services/auth/adapters/sqlite_people.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "services/auth/adapters/test_stores.hpp"

namespace gatehouse::auth {
namespace {

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};

Account ann() {
  return {.person = {.id = "0b1f6a52-0000-4000-8000-000000000001",
                     .realm = "gatehouse",
                     .username = "ann",
                     .email = Pii{"ann.visible@example.test"},
                     .first_name = Pii{"Annabella-Visible"},
                     .last_name = Pii{"Ashcroft-Visible"},
                     .created_at = kNow,
                     .updated_at = kNow},
          .password_hash = Secret{"$argon2id$v=19$m=8,t=1,p=1$visible"}};
}

std::string bytes_of_all_files(const std::filesystem::path& directory) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

class SqliteFiles : public testing::Test {
 protected:
  void add(const Account& account) {
    AuditEvent event{.actor = "tester", .action = "person_created", .fields = {"person"}};
    auto task = stores_.people().create(account, event, kNow);
    ASSERT_TRUE(runtime::run_to_end(io_, std::move(task)));
  }
  Result<Account> find(const PersonKey& key) {
    return runtime::run_to_end(io_, stores_.people().find_account(key));
  }
  // Runs one statement behind the adapter's back.
  Result<void> tamper(std::string sql) {
    auto work = [sql](storage::sqlite::Connection& connection) { return connection.execute(sql); };
    return runtime::run_to_end(io_, stores_.database().write(work));
  }

  boost::asio::io_context io_;
  SqliteTestStores stores_;
};

TEST_F(SqliteFiles, hold_neither_address_nor_names_nor_hash_in_clear) {
  add(ann());

  const std::string bytes = bytes_of_all_files(stores_.directory());

  EXPECT_NE(bytes.find("0b1f6a52"), std::string::npos);  // the row is there, in the file or its log
  for (const char* hidden : {"ann.visible", "example.test", "Visible", "visible", "argon2id"}) {
    EXPECT_EQ(bytes.find(hidden), std::string::npos) << hidden;
  }
}

TEST_F(SqliteFiles, give_nothing_when_a_ciphertext_was_moved_to_another_column) {
  add(ann());

  ASSERT_TRUE(tamper("UPDATE person SET first_name = last_name"));

  EXPECT_EQ(find({"gatehouse", ann().person.id}).error().reason, "ciphertext_rejected");
}

TEST_F(SqliteFiles, give_nothing_when_a_hash_was_moved_to_another_person) {
  add(ann());
  Account mallory = ann();
  mallory.person.id = "0b1f6a52-0000-4000-8000-000000000002";
  mallory.person.username = "mallory";
  mallory.person.email = Pii{"mallory@example.test"};
  add(mallory);

  ASSERT_TRUE(
      tamper("UPDATE person SET (email, first_name, last_name, password_hash) = "
             "(SELECT email, first_name, last_name, password_hash FROM person "
             "WHERE username = 'mallory') WHERE username = 'ann'"));

  EXPECT_EQ(find({"gatehouse", ann().person.id}).error().reason, "ciphertext_rejected");
  EXPECT_TRUE(find({"gatehouse", mallory.person.id}));
}

TEST_F(SqliteFiles, show_the_others_when_one_row_is_corrupted) {
  add(ann());
  Account bob = ann();
  bob.person.id = "0b1f6a52-0000-4000-8000-000000000003";
  bob.person.username = "bob";
  bob.person.email = Pii{"bob@example.test"};
  add(bob);

  ASSERT_TRUE(tamper("UPDATE person SET first_name = x'e50201ff' WHERE username = 'bob'"));

  const auto broken = find({"gatehouse", bob.person.id});
  EXPECT_EQ(broken.error().reason, "ciphertext_rejected");
  EXPECT_EQ(broken.error().kind, ErrorKind::internal);
  EXPECT_NE(broken.error().detail.find(bob.person.id), std::string::npos) << "the log names the row";
  EXPECT_TRUE(find({"gatehouse", ann().person.id}));
  const auto page = runtime::run_to_end(io_, stores_.people().list("gatehouse", {}));
  ASSERT_EQ(page.value().people.size(), 1U);
  EXPECT_EQ(page->people[0].username, "ann");
}

TEST_F(SqliteFiles, do_not_let_go_of_the_audit_trail) {
  add(ann());

  EXPECT_FALSE(tamper("DELETE FROM audit"));
  EXPECT_FALSE(tamper("UPDATE audit SET actor = 'nobody'"));

  auto trail = stores_.people().audit_of({"gatehouse", ann().person.id}, 10);
  EXPECT_EQ(runtime::run_to_end(io_, std::move(trail)).value().size(), 1U);
}

}  // namespace
}  // namespace gatehouse::auth
