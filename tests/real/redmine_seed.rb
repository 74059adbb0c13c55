# For `rails runner`: an API key and 300 issues. KEY and ISSUES come from the environment.
Setting.rest_api_enabled = '1'
Setting.login_required = '1'
Setting.notified_events = []
admin = User.find_by(login: 'admin')
admin.update_columns(must_change_passwd: false)
admin.api_key
Token.where(user_id: admin.id, action: 'api').update_all(value: ENV.fetch('KEY'))
project = Project.new(name: 'Pawl', identifier: 'pawl', is_public: false)
project.tracker_ids = Tracker.pluck(:id)
project.save!
Issue.transaction do
  Integer(ENV.fetch('ISSUES')).times do |n|
    issue = Issue.new(project: project, tracker: Tracker.first, author: admin, subject: "Issue #{n + 1}",
                      status: IssueStatus.first, priority: IssuePriority.first)
    issue.notify = false
    issue.save!
  end
end
