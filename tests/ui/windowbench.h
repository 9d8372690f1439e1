// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"
#include "ui/mainwindow.h"
#include "ui/panels/framebrowserpanel.h"
#include "ui/panels/photopanel.h"
#include "ui/views/framegridview.h"
#include "ui/views/overlayview.h"

#include "../support/birbcamfolder.h"
#include "fakemodel.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>

namespace testing {

using namespace birblens;

/** Everything app/main.cpp makes, and a Birb Cam folder. */
struct Bench
{
    Bench()
    {
        folder.add({{"2021-02-08T10:56:58", "chickadee", 0.91},
                    {"2021-02-08T10:57:04", "none", 0.97},
                    {"2021-02-08T11:20:00", "magpie", 0.8},
                    {"2021-02-08T11:20:05", "chickadee,magpie", 0.6},
                    {"2021-02-08T12:30:00", "sparrow", 0.7}});
        window.resize(1200, 740);
        window.show();
    }
    void open()
    {
        QSignalSpy opened(&session, &ReviewSession::dayOpened);
        window.openDay(folder.path());
        QVERIFY(opened.wait());
        QTRY_COMPARE(session.shownKeys().size(), 5);
        QTRY_VERIFY(view()->hasPhoto());
    }
    /** A model without a network: the service cannot answer, so the test does. */
    void openFakeModel()
    {
        session.explain().setModel(fakeModel());
        QTRY_VERIFY(!session.explain().explanationProblem().isEmpty());
    }
    OverlayView *view() const { return window.photo()->view(); }
    FrameGridView *grid() const { return window.browser()->view(); }
    QString key(int row) const { return session.day().at(row).frame.key; }
    QString stored(int row) const
    {
        return sqlValue(folder.database(),
                        QStringLiteral("SELECT true_label FROM results WHERE file_name='%1'")
                            .arg(session.day().at(row).frame.fileName()))
            .toString();
    }
    void press(QWidget *widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        widget->setFocus();
        QTest::keyClick(widget, key, modifiers);
    }

    BirbCamFolder folder;
    ReviewSession session;
    InferenceService service{session};
    MainWindow window{session, service};
};

} // namespace testing
