-- What is over for long is cleared every hour: spent and expired tokens, sessions that ended a month ago. None of it is
-- the record of who did what, which stays.
grant delete on cms.session, cms.refresh_token, cms.one_time_token, cms.half_sign_in to cms_staff;
