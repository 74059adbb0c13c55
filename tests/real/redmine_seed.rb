# For `rails runner`: what the issues refer to, users with keys, and ISSUES issues with three more that are only
# parents. EDITOR, COMMENTER and READER in the environment are the keys: the first may everything, the second may
# write comments and nothing else, the third may only look.
Setting.rest_api_enabled = '1'
Setting.login_required = '1'
Setting.notified_events = []
project = Project.new(name: 'Pawl', identifier: 'pawl', is_public: false)
project.tracker_ids = Tracker.pluck(:id)
project.save!
def key_of(user, name)
  user.api_key
  Token.where(user_id: user.id, action: 'api').update_all(value: ENV.fetch(name))
end
admin = User.find_by(login: 'admin')
admin.update_columns(must_change_passwd: false)
key_of(admin, 'EDITOR')
{ 'commenter' => %i[view_issues add_issue_notes], 'reader' => %i[view_issues] }.each do |name, may|
  role = Role.create!(name: name, permissions: may, issues_visibility: 'all', assignable: true)
  user = User.new(firstname: name, lastname: 'Tester', mail: "#{name}@example.com", language: 'en')
  user.login = name
  user.password = user.password_confirmation = 'not-used-anywhere'
  user.save!
  Member.create!(principal: user, project: project, roles: [role])
  key_of(user, name.upcase)
end
%w[Hardware Software].each { |name| IssueCategory.create!(project: project, name: name) }
%w[1.0 2.0].each { |name| Version.create!(project: project, name: name) }
count = Integer(ENV.fetch('ISSUES'))
Issue.transaction do
  (1..count + 3).each do |n|
    issue = Issue.new(project: project, tracker: Tracker.first, author: admin, subject: "Issue #{n}",
                      status: IssueStatus.first, priority: IssuePriority.first)
    if n <= count
      issue.description = "It does not work.\r\nPlease help." unless (n % 4).zero?
      issue.category = IssueCategory.first if n.even?
      issue.assigned_to = User.find_by(login: 'reader') if (n % 3).zero?
      issue.fixed_version = Version.first if (n % 5).zero?
      issue.start_date = '2027-01-04' if (n % 6).zero?
      issue.due_date = '2027-03-31' if (n % 7).zero?
      issue.estimated_hours = 2.5 if (n % 8).zero?
    end
    issue.notify = false
    issue.save!
  end
end
