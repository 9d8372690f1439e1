// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QObject>

class QAction;
class QActionGroup;
class QMainWindow;
class QMenu;
class QUndoStack;

namespace birblens {

/** Every command of the window: made, named, explained and put into menus here; connected
 * elsewhere. */
class WindowActions : public QObject
{
    Q_OBJECT
public:
    WindowActions(QMainWindow &window, QUndoStack &undoStack);

    /** Commands that can have keys, in menu order, the label keys 1 to 9 last. */
    QList<QAction *> commands() const { return m_commands; }
    /** These instead of those it has; taken from the command that has them now. Kept. */
    void setKeys(QAction *action, const QList<QKeySequence> &keys);
    /** As installed; a key that was given to another command meanwhile comes back. */
    void resetKeys(QAction *action);
    QAction *ownerOf(const QKeySequence &key) const; ///< null: the key is free

    /** For the list of keys: all commands in menu order. */
    QList<QMenu *> menus() const { return m_menus; }

    QMenu *recentDays = nullptr;
    QMenu *recentModels = nullptr;
    QMenu *panels = nullptr; ///< the window adds its docks

    QAction *openDay = nullptr;
    QAction *addFolder = nullptr;
    QAction *dayList = nullptr;
    QAction *previousDay = nullptr;
    QAction *nextDay = nullptr;
    QAction *openModel = nullptr;
    QAction *openDemo = nullptr;
    QAction *exportFrames = nullptr;
    QAction *copyFigure = nullptr;
    QAction *classify = nullptr;
    QAction *quit = nullptr;

    QAction *undo = nullptr;
    QAction *redo = nullptr;
    QAction *accept = nullptr;
    QAction *falsePositive = nullptr;
    QAction *nothing = nullptr;
    QAction *unsure = nullptr;
    QAction *clearLabel = nullptr;
    QAction *notThisClass = nullptr;
    QAction *copyLabels = nullptr;
    QAction *wholeEvent = nullptr;
    QAction *openVisit = nullptr;
    QAction *playVisit = nullptr;
    QAction *exportFilm = nullptr;
    QAction *flag = nullptr;
    QAction *comment = nullptr;
    QAction *correctClock = nullptr;
    QAction *trash = nullptr;
    QAction *otherLabel = nullptr;
    QList<QAction *> digits; ///< 1 to 9
    QAction *selectAll = nullptr;

    QAction *previousFrame = nullptr;
    QAction *nextFrame = nullptr;
    QAction *nextUnreviewed = nullptr;
    QAction *clearFilter = nullptr;
    QAction *toggleFilter = nullptr;
    QAction *refresh = nullptr;
    QAction *findSimilar = nullptr;

    QActionGroup *modes = nullptr; ///< data: OverlayView::Mode
    QAction *zoomIn = nullptr;
    QAction *zoomOut = nullptr;
    QAction *zoomPixels = nullptr;
    QAction *zoomFit = nullptr;
    QAction *bareFrame = nullptr;
    QAction *focusPhoto = nullptr;
    QActionGroup *themes = nullptr; ///< data: ThemeMode
    QAction *resetLayout = nullptr;

    QAction *explainAll = nullptr;
    QAction *searchClasses = nullptr;
    QAction *previousBlock = nullptr;
    QAction *nextBlock = nullptr;
    QAction *previousLayer = nullptr;
    QAction *nextLayer = nullptr;
    QAction *trust = nullptr;
    QAction *lessAlpha = nullptr;
    QAction *moreAlpha = nullptr;
    QAction *stretchGrid = nullptr;
    QActionGroup *strips = nullptr; ///< data: ExplainState::Strip

    QAction *keys = nullptr;
    QAction *about = nullptr;

private:
    QMenu *menu(const QString &title);
    QAction *add(QMenu *menu, const QString &iconName, const QString &text, const QString &tip,
                 const QList<QKeySequence> &shortcuts);
    void addFileMenu();
    void addReviewMenu(QUndoStack &undoStack);
    void addViewMenu();
    void addExplainMenu();
    void addHelpMenu();

    void collectCommands();
    void loadKeys();
    void useKeys(QAction *action, const QList<QKeySequence> &keys);

    QMainWindow &m_window;
    QList<QAction *> m_commands;
    QList<QMenu *> m_menus;
};

} // namespace birblens
