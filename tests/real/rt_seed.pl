# Users with keys, custom fields and TICKETS tickets, into the database that RT_SITE_CONFIG names. A name in the
# arguments is a file that gets the key of that user: `editor` may everything, `commenter` everything but
# ModifyTicket, `nothing` may not even look.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use RT -init;

my ($work) = @ARGV;
umask 077;
my $system = RT->SystemUser;

sub must { my ($ok, @said) = @_; die "@said" unless $ok; return $ok }

my $queue = RT::Queue->new($system);
must($queue->Load('General'), 'no queue');
must(RT::Queue->new($system)->Create(Name => 'Other'));

my %rights = (
    editor    => [qw(SuperUser)],
    commenter => [qw(SeeQueue ShowTicket CommentOnTicket ReplyToTicket WatchAsAdminCc)],
    nothing   => [],
);
my %user;
for my $name (sort keys %rights) {
    my $user = $user{$name} = RT::User->new($system);
    must($user->Create(Name => $name, EmailAddress => "$name\@example.com", Privileged => 1));
    for my $right (@{ $rights{$name} }) {
        my $object = $right eq 'SuperUser' ? $RT::System : $queue;
        must($user->PrincipalObj->GrantRight(Right => $right, Object => $object));
    }
    my $token = RT::AuthToken->new($system);
    my ($ok, $said, $key) = $token->Create(Owner => $user->Id, Description => 'test');
    must($ok, $said);
    open my $file, '>', "$work/$name.key" or die $!;
    print $file $key;
    close $file;
}
must($user{editor}->PrincipalObj->GrantRight(Right => 'OwnTicket', Object => $queue));

my $plan = RT::CustomField->new($system);
must($plan->Create(Name => 'Plan', Type => 'FreeformSingle', LookupType => RT::Ticket->CustomFieldLookupType));
must($plan->AddToObject(RT::Queue->new($system)));  # of every queue

for my $n (1 .. $ENV{TICKETS}) {
    my $ticket = RT::Ticket->new($system);
    my ($id, undef, $said) = $ticket->Create(
        Queue => 'General', Subject => "Ticket $n", Requestor => 'ada@example.com',
        Status => ($n % 4 ? 'new' : 'open'), Owner => ($n % 3 ? 'Nobody' : 'editor'), Priority => $n % 7 * 10,
    );
    must($id, $said);
    must($ticket->AddCustomFieldValue(Field => $plan->Id, Value => 'free')) if $n % 2;
}
